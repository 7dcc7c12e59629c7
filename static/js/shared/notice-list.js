/** The list of notices, each with where it leads and a way to dismiss it. */
import { html } from "./html.js";
import { dismiss, notices } from "./notices.js";

/** @param {{kind: string}} props `kind`: classes of each notice */
export function NoticeList({ kind }) {
  return notices.value.map(
    ({
      id,
      text,
      wrong,
      link,
    }) => html`<div class=${wrong ? `${kind} wrong` : kind} role=${wrong ? "alert" : "status"} key=${id}>
      <span>${text} ${link && html`<a href=${link.to}>${link.says}</a>`}</span>
      <button type="button" class="quiet" aria-label="Dismiss" onClick=${() => dismiss(id)}>✕</button>
    </div>`,
  );
}
