/** Notices: what was deleted, what went wrong, and what cannot be opened. */

import { html } from "../shared/html.js";
import { NoticeList } from "../shared/notice-list.js";
import { age, runName } from "../shared/run-text.js";
import { restore } from "./intents.js";
import { busy, clock, deleted, serverLost, undoable, unreadable } from "./state.js";

export function Bars() {
  return html`<div class="site-bars">
    <div role="status">
      ${serverLost.value && html`<p class="site-bar">The server is not responding; retrying…</p>`}
      ${busy.value && html`<p class="site-bar">${busy.value}</p>`}
      ${undoable.value.map(
        ({ id, name }) => html`<p class="site-bar" key=${id}>
          <span><strong>${name}</strong> was deleted.</span>
          <button type="button" onClick=${() => restore(id)} aria-label=${`Undo: restore ${name}`}>Undo</button>
        </p>`,
      )}
    </div>
    <${NoticeList} kind="site-bar" />
  </div>`;
}

/** Files that are no runs, or a newer version's. */
export function UnreadableFiles() {
  if (!unreadable.value.length) return null;
  return html`<section class="beside" aria-labelledby="unreadable">
    <h2 id="unreadable">Files that cannot be opened</h2>
    <ul>${unreadable.value.map(
      ({ run, why }) => html`<li key=${run}><strong>${run}</strong> <span>${why}</span></li>`,
    )}</ul>
  </section>`;
}

/** What was deleted earlier, here or elsewhere. */
export function RecentlyDeleted() {
  const here = new Set(undoable.value.map(({ id }) => id));
  const earlier = deleted.value.filter(({ id }) => !here.has(id));
  if (!earlier.length) return null;
  return html`<details class="beside">
    <summary>Deleted in the last day (${earlier.length})</summary>
    <ul>${earlier.map(
      (run) => html`<li key=${run.id}>
        <strong>${runName(run)}</strong>
        <span>${run.steps} steps, deleted ${age(run.deleted_at, clock.value)}</span>
        <button type="button" onClick=${() => restore(run.id)} aria-label=${`Restore ${runName(run)}`}>Restore</button>
      </li>`,
    )}</ul>
  </details>`;
}
