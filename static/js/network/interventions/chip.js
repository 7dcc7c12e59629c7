/** The chip that says that a run was changed by hand, with the list of what, where and when. */

import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { run } from "../state.js";
import { worthOf } from "./interventions.js";
import { shiftOf, spoken } from "./text.js";

/** @param {{id: number}} props */
function Worth({ id }) {
  const shift = shiftOf(worthOf(id));
  return shift && html`<small class="worth">held-out accuracy <b>${shift}</b></small>`;
}

export function Edited() {
  const changes = run.value?.interventions ?? [];
  if (!changes.length) return null;
  return html`<details class="edited"><summary>edited ${changes.length}×</summary>
    <ol aria-label="Changes by hand">${changes.map(
      (change) =>
        html`<li key=${change.id}><span class="hint">step ${count(change.step)}</span> ${spoken(change.says)}<${Worth} id=${change.id} /></li>`,
    )}</ol></details>`;
}
