/** The chip that says that a run was changed by hand, with the list of what, where and when. */
import { count } from "../format.js";
import { html } from "../html.js";
import { run } from "../state.js";

export function Edited() {
  const changes = run.value?.interventions ?? [];
  if (!changes.length) return null;
  return html`<details class="edited"><summary>edited ${changes.length}×</summary>
    <ol aria-label="Changes by hand">${changes.map(
      (change) =>
        html`<li key=${change.id}><span class="hint">step ${count(change.step)}</span> ${change.says}</li>`,
    )}</ol></details>`;
}
