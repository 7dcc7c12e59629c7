/** Five short stops, for those who ask. */

import { useEffect, useState } from "preact/hooks";
import { html } from "../../shared/html.js";
import { reducedMotion } from "../../shared/media-queries.js";
import { placeNextTo } from "../../shared/popover.js";
import { tourStep } from "../state.js";

const STOPS = [
  [
    "network",
    "The network reads from left to right. Each small grid is a kernel, each picture a feature map: the output of one filter at every position. Point at a map to see what it reads; press it to see its numbers.",
  ],
  [
    "play",
    "Press Play, or Space. Each step looks at one batch of pictures, finds how wrong the answers were, and moves every weight a little. Step does it once.",
  ],
  [
    "stats",
    "The loss falls and the accuracy climbs. Held-out accuracy counts only pictures that the network is never trained on.",
  ],
  ["kind", "Look at gradients instead: how the loss depends on each weight."],
  [
    "probe",
    "Choose another picture here, upload one, or draw one. Every map follows, also while the network trains.",
  ],
];

/** Where the stop's part of the page is; followed when the window changes. @param {string} name */
function useBox(name) {
  const [box, setBox] = useState(/** @type {DOMRect | null} */ (null));
  useEffect(() => {
    const target = document.querySelector(`[data-tour=${name}]`);
    target?.scrollIntoView({
      block: "nearest",
      behavior: reducedMotion.peek() ? "auto" : "smooth",
    });
    const measure = () => setBox(target?.getBoundingClientRect() ?? null);
    measure();
    addEventListener("resize", measure);
    addEventListener("scroll", measure, true);
    return () => {
      removeEventListener("resize", measure);
      removeEventListener("scroll", measure, true);
    };
  }, [name]);
  return box;
}

const CARD = { width: 300, height: 180 }; // at most

/** Below or above the part, or over it where it fills the window. @param {DOMRect} box */
function cardPlace(box) {
  const room = { width: innerWidth, height: innerHeight };
  const { left, top } = placeNextTo(box, CARD, room, { gap: 10 });
  return { left: `${left}px`, top: `${top}px`, width: `${CARD.width}px` };
}

/** @param {{at: number}} props */
function Stop({ at }) {
  const [name, text] = STOPS[at];
  const box = useBox(name);
  if (!box) return null;
  const ring = {
    left: `${box.left - 4}px`,
    top: `${box.top - 4}px`,
    width: `${box.width + 8}px`,
    height: `${box.height + 8}px`,
  };
  const go = (/** @type {number} */ to) => () => {
    tourStep.value = to;
  };
  const last = at === STOPS.length - 1;
  return html`<div class="tour-ring" style=${ring}></div>
    <div class="tour-card" role="dialog" aria-label="Tour" style=${cardPlace(box)}>
      <p aria-live="polite">${text}</p>
      <div class="group"><span class="hint">${at + 1} of ${STOPS.length}</span>
        <button type="button" onClick=${go(-1)}>End</button>
        ${at > 0 && html`<button type="button" onClick=${go(at - 1)}>Back</button>`}
        <button type="button" class="primary" onClick=${go(last ? -1 : at + 1)}>${last ? "Done" : "Next"}</button></div>
    </div>`;
}

export function Tour() {
  return tourStep.value >= 0 && html`<${Stop} at=${tourStep.value} />`;
}
