/** The foot of the filter view: the weight that is open, its gradient, and its last update. */

import { html } from "../../shared/html.js";
import { Body, weightName } from "../explain/card.js";
import { explained } from "../explain/explanation.js";
import { isWeight, unpin } from "../explain/pointing.js";
import { openNumber, pinned } from "../state.js";
import { Field } from "./weight-cell.js";

/**
 * @param {{flat: boolean, children?: any, drawn: (place: import("../explain/places.js").WeightPlace) => number | null}} props
 *   the filter's map, which stands beside it; `flat`: none does; `drawn`: what a weight without a number
 *   of its own is, which is therefore typed over here; null: another one
 */
export function WeightDock({ flat, children, drawn }) {
  const place = openNumber.value;
  const now = explained.value;
  const mine = place?.within === "filter" && isWeight(place);
  const shown = mine && now && isWeight(now.place) ? now : null;
  const held = mine && pinned.value !== null;
  const value = held ? drawn(place) : null;
  return html`<div class=${`dock ${flat ? "flat" : ""} ${mine ? "open" : ""}`}>${children}<section aria-label="How this weight changed">
    <header><h2>${shown && isWeight(shown.place) ? weightName(shown.place) : "One weight"}</h2>
      ${value !== null && html`<${Field} key=${JSON.stringify(place)} place=${place} value=${value} beside=${true} />`}
      ${
        held &&
        html`<button type="button" class="quiet" aria-label="Unpin" title="Unpin. Key: Escape" onClick=${unpin}>✕</button>`
      }</header>
    ${
      shown
        ? html`<${Body} now=${shown} />`
        : html`<p class="hint">Point at a weight to see what each position contributed to its gradient, and its last update. Press one to type another number.</p>`
    }
  </section></div>`;
}
