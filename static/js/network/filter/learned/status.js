/** What a tab says of its question: that it is asked, or why there is no answer. */
import { html } from "../../../shared/html.js";

/** @param {{asked: import("./asked.js").Asked<any>, waiting: string}} props `waiting`: for the first answer */
export function AskedStatus({ asked: { answer, isWorking, error }, waiting }) {
  if (error) return html`<p class="hint learned-text" role="status">${error}</p>`;
  if (!answer && isWorking) return html`<p class="hint learned-text" role="status">${waiting}</p>`;
  return null;
}

/**
 * One of a few ways to ask.
 * @param {{label: string, options: [string, string][], now: string, choose: (option: any) => void}} props
 */
export const Choice = ({ label, options, now, choose }) =>
  html`<div class="learned-choice group" role="group" aria-label=${label}>${options.map(
    ([option, text]) =>
      html`<button type="button" key=${option} aria-pressed=${option === now} onClick=${() => choose(option)}>${text}</button>`,
  )}</div>`;
