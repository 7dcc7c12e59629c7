/** One kernel as a table of its numbers, each on its colour. */

import { useRef } from "preact/hooks";
import { figuresFor, inFigures, powerText } from "../../shared/format.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { valueCells } from "../../shared/heatmap/cells.js";
import { colourOf, inkOn, largest } from "../../shared/heatmap/colour.js";
import { palette } from "../../shared/heatmap/palette.js";
import { cellUnder, shareOfGrid } from "../../shared/heatmap/pointer.js";
import { html } from "../../shared/html.js";
import { kernelPlace, weightIndex } from "../explain/places.js";
import { isWeight, moved, pointAt, togglePin } from "../explain/pointing.js";
import { openNumber, pinned, replay, slowTick } from "../state.js";
import { inFilter, pointing, WeightCell } from "./weight-cell.js";

/** @typedef {import("../explain/pointing.js").NumberPlace} Reading */
/** @typedef {{column: import("../drawing/layout.js").Column, channel: number, k: number}} Where which kernel */

/** Of a cell with its number; the least is wide enough for −0.123. @param {number} cols @param {boolean} roomy
 * @param {boolean} small beside the weights themselves */
const cellPx = (cols, roomy, small) => (small ? 35 : cols > 5 ? 39 : roomy ? 58 : 43);

/** @param {Where} where @param {number} r @param {number} c */
const placeOf = ({ column, channel, k }, r, c) => ({
  layer: column.name,
  tensor: "weight",
  index: weightIndex(column, channel, k, r, c),
});

/**
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string,
 *   caption: string, roomy: boolean, small: boolean, where: Where, editable: boolean}} props `roomy`: there is room
 *   for large cells; `editable`: these are the weights themselves
 */
export function KernelTable(props) {
  const { values, from, rows, cols, limit, label, caption, roomy, small, where, editable } = props;
  const table = palette.value.diverging;
  const figures = figuresFor(largest(values, 0, values.length)); // of the filter: its own are read
  const cell = (/** @type {number} */ r, /** @type {number} */ c) => {
    const value = values[from + r * cols + c];
    const packed = colourOf(table, value, limit);
    const style = inkOn(packed);
    const text = inFigures(value, figures);
    const place = placeOf(where, r, c);
    if (!editable)
      return html`<td style=${style} title=${String(value)} ...${pointing(place)}>${text}</td>`;
    return html`<td style=${style} title=${String(value)}><${WeightCell} place=${place} value=${value} text=${text} cols=${cols}
      label=${`${label}, row ${r}, column ${c}: ${text}; press to change it`} first=${r + c === 0} fixed=${replay.value !== null} reach=${limit} /></td>`;
  };
  const size = { width: `${cols * (cellPx(cols, roomy, small) + 1) + 1}px` };
  const line = (/** @type {number} */ r) =>
    html`<tr>${Array.from({ length: cols }, (_, c) => cell(r, c))}</tr>`;
  return html`<table class=${`numbers ${roomy ? "roomy" : ""} ${small ? "small" : ""}`} style=${size} aria-label=${label}><caption>${caption} ${powerText(figures)}</caption><tbody>${Array.from({ length: rows }, (_, r) => line(r))}</tbody></table>`;
}

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
