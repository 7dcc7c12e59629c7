/** The chip of a run with interventions, and their list: what, where and when. */

import { count, plural, withRealMinus } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { run } from "../state.js";
import { accuracyEffectOf } from "./interventions.js";
import { accuracyShift } from "./text.js";

/** @param {{id: number}} props */
function AccuracyShift({ id }) {
  const shift = accuracyShift(accuracyEffectOf(id));
  return shift && html`<small class="worth">held-out accuracy <b>${shift}</b></small>`;
}

export function InterventionsChip() {
  const changes = run.value?.interventions ?? [];
  if (!changes.length) return null;
  const all = run.value?.intervention_count ?? 0;
  const more = all - changes.length;
  return html`<details class="interventions"><summary>${plural(all, "intervention")}</summary>
    ${more > 0 && html`<p class="hint">The last ${count(changes.length)}; the API lists all of them.</p>`}
    <ol aria-label="Interventions">${changes.map(
      (change) =>
        html`<li key=${change.id}><span class="hint">step ${count(change.step)}</span> ${withRealMinus(change.says)}<${AccuracyShift} id=${change.id} /></li>`,
    )}</ol></details>`;
}
