/** One kernel as a table of its numbers, each on its colour. */
import { colourOf, css, isLight } from "../colour.js";
import { weightIndex } from "../explain/places.js";
import { pin, pointAt } from "../explain/pointing.js";
import { figuresFor, inFigures, powerText } from "../format.js";
import { valueCells } from "../heatmap/colourise.js";
import { palette } from "../heatmap/painter.js";
import { html } from "../html.js";
import { replay, slowTick } from "../state.js";
import { Picture } from "./picture.js";
import { inFilter, pointing, WeightCell } from "./weightcell.js";

/** @typedef {{column: import("../layout.js").Column, channel: number, k: number}} Where which kernel */

/** Of a cell with its number; the least is wide enough for −0.123. @param {number} cols @param {boolean} roomy */
const cellPx = (cols, roomy) => (cols > 5 ? 39 : roomy ? 58 : 43);

/** @param {Where} where @param {number} r @param {number} c */
const placeOf = ({ column, channel, k }, r, c) => ({
  layer: column.name,
  tensor: "weight",
  index: weightIndex(column, channel, k, r, c),
});

/**
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string,
 *   caption: string, roomy: boolean, where: Where, editable: boolean}} props `roomy`: there is room
 *   for large cells; `editable`: these are the weights themselves
 */
export function KernelTable(props) {
  const { values, from, rows, cols, limit, label, caption, roomy, where, editable } = props;
  const table = palette.value.diverging;
  const figures = figuresFor(limit);
  const cell = (/** @type {number} */ r, /** @type {number} */ c) => {
    const value = values[from + r * cols + c];
    const packed = colourOf(table, value, limit);
    const style = { background: css(packed), color: isLight(packed) ? "#000" : "#fff" };
    const text = inFigures(value, figures);
    const place = placeOf(where, r, c);
    if (!editable)
      return html`<td style=${style} title=${String(value)} ...${pointing(place)}>${text}</td>`;
    return html`<td style=${style} title=${String(value)}><${WeightCell} place=${place} value=${value} text=${text} cols=${cols}
      label=${`${label}, row ${r}, column ${c}: ${text}; press to change it`} first=${r + c === 0} fixed=${replay.value !== null} /></td>`;
  };
  const size = { width: `${cols * (cellPx(cols, roomy) + 1) + 1}px` };
  const line = (/** @type {number} */ r) =>
    html`<tr>${Array.from({ length: cols }, (_, c) => cell(r, c))}</tr>`;
  return html`<table class=${roomy ? "numbers roomy" : "numbers"} style=${size} aria-label=${label}><caption>${caption} ${powerText(figures)}</caption><tbody>${Array.from({ length: rows }, (_, r) => line(r))}</tbody></table>`;
}

/**
 * The same without numbers, for kernels that are too large or too many; each weight still opens.
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string,
 *   width: number, where: Where}} props
 */
export function KernelPicture({ values, from, rows, cols, limit, label, width, where }) {
  const cells = () => valueCells(values, from, rows * cols, palette.value.diverging, limit);
  const under = (/** @type {PointerEvent | MouseEvent} */ event) => {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const at = (/** @type {number} */ share, /** @type {number} */ n) =>
      Math.max(0, Math.min(n - 1, Math.floor(share * n)));
    const r = at((event.clientY - box.top) / box.height, rows);
    const c = at((event.clientX - box.left) / box.width, cols);
    return inFilter(placeOf(where, r, c));
  };
  return html`<${Picture} cells=${cells} rows=${rows} cols=${cols} label=${label} width=${width} stamp=${slowTick.value}>
    <button type="button" class="map whole" aria-label=${`${label}: point at a weight to open it, press to hold it`}
      onPointerMove=${(/** @type {PointerEvent} */ e) => pointAt(under(e))} onPointerLeave=${() => pointAt(null)}
      onClick=${(/** @type {MouseEvent} */ e) => pin(under(e))}></button><//>`;
}
