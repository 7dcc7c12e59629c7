/** Outlines a layer in the drawing for a while. */

const SHOWN_MS = 4000;
const LINE = { outline: "3px solid var(--accent)", outlineOffset: "3px" };

/** @type {Animation | undefined} */
let shown;

/** @param {string} name */
export function outlineLayer(name) {
  const column = document.querySelector(`[data-column="${CSS.escape(name)}"]`);
  shown?.cancel();
  column?.scrollIntoView({ block: "nearest", inline: "nearest" });
  shown = column?.animate([LINE, LINE], { duration: SHOWN_MS });
}
