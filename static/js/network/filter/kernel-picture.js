/** One kernel as a picture, where it is too large for numbers or there are too many. */

import { useRef } from "preact/hooks";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { valueCells } from "../../shared/heatmap/cells.js";
import { palette } from "../../shared/heatmap/palette.js";
import { cellUnder, shareOfGrid } from "../../shared/heatmap/pointer.js";
import { html } from "../../shared/html.js";
import { kernelPlace } from "../explain/places.js";
import { isWeight, moved, pointAt, togglePin } from "../explain/pointing.js";
import { openNumber, pinned, slowTick } from "../state.js";
import { placeOf } from "./kernel.js";
import { inFilter } from "./weight-cell.js";

/** @typedef {import("../explain/pointing.js").NumberPlace} Reading @typedef {import("./kernel.js").Where} Where */

/** Of a picture of a kernel, CSS pixels: cells of 12 as long as there is room. @param {number} cols */
const pictureWidth = (cols) => (cols < 5 ? 48 : Math.max(84, Math.min(196, 12 * cols)));

/** The cell of a kernel that is open. @param {Where} where @returns {{r: number, c: number} | null} */
function openCell({ column, channel, k }) {
  const place = openNumber.value;
  const own = isWeight(place) && place.within === "filter" && place.tensor === "weight";
  if (!own || place.layer !== column.name || place.index[0] !== channel) return null;
  const at = kernelPlace(column, place.index);
  return at.k === k ? at : null;
}

/** A press pins a weight, and the foot of the view has a field for it; another unpins it. @param {Reading} place */
function press(place) {
  togglePin(place);
  if (pinned.peek() === null) pointAt(place); // it is still under the pointer
}

/**
 * The same without numbers, for kernels that are too large or too many; each weight still opens.
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string,
 *   where: Where, editable: boolean}} props
 */
export function KernelPicture({ values, from, rows, cols, limit, label, where, editable }) {
  const last = useRef({ r: 0, c: 0 }); // where the keyboard goes on from
  const open = openCell(where);
  if (open) last.current = open;
  const cells = () => valueCells(values, from, rows * cols, palette.value.diverging, limit);
  const at = (/** @type {number} */ r, /** @type {number} */ c) => inFilter(placeOf(where, r, c));
  const here = () => at(last.current.r, last.current.c);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const { r, c } = last.current;
    const next = moved({ layer: "", channel: 0, y: r, x: c }, event.key, rows, cols);
    if (!next) return;
    event.preventDefault();
    pinned.value = null;
    pointAt(at(next.y, next.x));
  };
  const onFocus = (/** @type {FocusEvent} */ event) => {
    const keys = /** @type {HTMLElement} */ (event.currentTarget).matches(":focus-visible");
    if (keys) pointAt(here());
  };
  const under = (/** @type {PointerEvent | MouseEvent} */ event) => {
    const { y, x } = cellUnder(event, rows, cols);
    return at(y, x);
  };
  return html`<${CellCanvas} cells=${cells} rows=${rows} cols=${cols} label=${label} width=${pictureWidth(cols)} stamp=${slowTick.value}>
    ${open && html`<span class="mark" style=${shareOfGrid({ y: open.r, x: open.c }, rows, cols)}></span>`}
    <button type="button" class="map whole" tabindex=${editable ? 0 : -1} onFocus=${onFocus} onBlur=${() => pointAt(null)} onKeyDown=${onKey}
      aria-label=${`${label}: point at a weight or use the arrow keys to open it, press to type another number`}
      onPointerMove=${(/** @type {PointerEvent} */ e) => pointAt(under(e))} onPointerLeave=${() => pointAt(null)}
      onClick=${(/** @type {MouseEvent} */ e) => press(e.detail > 0 ? under(e) : here())}></button><//>`;
}
