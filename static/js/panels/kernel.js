/** One kernel as a table of its numbers, each on its colour. */
import { colourOf, css, isLight } from "../colour.js";
import { figuresFor, inFigures, powerText } from "../format.js";
import { valueCells } from "../heatmap/colourise.js";
import { palette } from "../heatmap/painter.js";
import { html } from "../html.js";
import { slowTick } from "../state.js";
import { Picture } from "./picture.js";

/** Of a cell with its number; the least is wide enough for −0.123. @param {number} cols @param {boolean} roomy */
const cellPx = (cols, roomy) => (cols > 5 ? 39 : roomy ? 64 : 43);

/**
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string,
 *   caption: string, roomy: boolean}} props `roomy`: there is room for large cells
 */
export function KernelTable({ values, from, rows, cols, limit, label, caption, roomy }) {
  const table = palette.value.diverging;
  const figures = figuresFor(limit);
  const cell = (/** @type {number} */ i) => {
    const value = values[from + i];
    const packed = colourOf(table, value, limit);
    const style = { background: css(packed), color: isLight(packed) ? "#000" : "#fff" };
    return html`<td style=${style} title=${String(value)}>${inFigures(value, figures)}</td>`;
  };
  const size = { width: `${cols * (cellPx(cols, roomy) + 1) + 1}px` };
  const line = (/** @type {number} */ r) =>
    html`<tr>${Array.from({ length: cols }, (_, c) => cell(r * cols + c))}</tr>`;
  return html`<table class=${roomy ? "numbers roomy" : "numbers"} style=${size} aria-label=${label}><caption>${caption} ${powerText(figures)}</caption><tbody>${Array.from({ length: rows }, (_, r) => line(r))}</tbody></table>`;
}

/**
 * The same without numbers, for kernels that are too large or too many.
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string, width: number}} props
 */
export function KernelPicture({ values, from, rows, cols, limit, label, width }) {
  const cells = () => valueCells(values, from, rows * cols, palette.value.diverging, limit);
  return html`<${Picture} cells=${cells} rows=${rows} cols=${cols} label=${label} width=${width} stamp=${slowTick.value} />`;
}
