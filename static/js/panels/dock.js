/** The foot of the filter view: the weight that is open, what pulled it, and its last update. */
import { useRef } from "preact/hooks";
import { typed } from "../edits.js";
import { explained } from "../explain/follow.js";
import { isWeight, letGo } from "../explain/pointing.js";
import { intervene } from "../hands.js";
import { html } from "../html.js";
import { pinned, reading } from "../state.js";
import { Body, weightName } from "./explain/card.js";

/** @param {{place: import("../explain/places.js").WeightPlace}} props */
function SetTo({ place }) {
  const ref = useRef(/** @type {HTMLInputElement | null} */ (null));
  const apply = (/** @type {Event} */ event) => {
    event.preventDefault();
    const value = typed(ref.current?.value ?? "");
    const { layer, tensor, index } = place;
    if (value !== null) intervene({ type: "set", layer, tensor, index, value });
  };
  return html`<form class="group" onSubmit=${apply}><label class="field"><span class="name">Set it to</span>
      <input ref=${ref} class="number" type="text" inputmode="decimal" autocomplete="off" /></label>
    <button type="submit">Set</button></form>`;
}

/** @param {{flat: boolean, children?: any}} props the filter's map, which stands beside it; `flat`: none does */
export function WeightDock({ flat, children }) {
  const place = reading.value;
  const now = explained.value;
  const mine = place?.within === "filter" && isWeight(place);
  const shown = mine && now && isWeight(now.place) ? now : null;
  const held = mine && pinned.value !== null;
  return html`<div class=${`dock ${flat ? "flat" : ""} ${mine ? "open" : ""}`}>${children}<section aria-label="How this weight changed">
    <header><h2>${shown && isWeight(shown.place) ? weightName(shown.place) : "One weight"}</h2>
      ${
        held &&
        isWeight(place) &&
        html`<${SetTo} key=${place.index.join()} place=${place} />
        <button type="button" class="quiet" aria-label="Let go" title="Let go. Key: Escape" onClick=${letGo}>✕</button>`
      }</header>
    ${
      shown
        ? html`<${Body} now=${shown} />`
        : html`<p class="hint">Point at a weight to see which positions pulled it up or down, and its last update. Press one to type another number.</p>`
    }
  </section></div>`;
}
