/** One kernel as a table of its numbers, each on its colour. */
import { colourOf, css, isLight } from "../colour.js";
import { short } from "../format.js";
import { valueCells } from "../heatmap/colourise.js";
import { palette } from "../heatmap/painter.js";
import { html } from "../html.js";
import { slowTick } from "../state.js";
import { Picture } from "./picture.js";

const CELL_PX = 43; // wide enough for −1.2e−4

/**
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string}} props
 */
export function KernelTable({ values, from, rows, cols, limit, label }) {
  const table = palette.value.diverging;
  const cell = (/** @type {number} */ i) => {
    const value = values[from + i];
    const packed = colourOf(table, value, limit);
    const style = { background: css(packed), color: isLight(packed) ? "#14161a" : "#ffffff" };
    return html`<td style=${style}>${short(value)}</td>`;
  };
  const size = { width: `${cols * (CELL_PX + 1) + 1}px` };
  const line = (/** @type {number} */ r) =>
    html`<tr>${Array.from({ length: cols }, (_, c) => cell(r * cols + c))}</tr>`;
  return html`<table class="numbers" style=${size} aria-label=${label}><tbody>${Array.from({ length: rows }, (_, r) => line(r))}</tbody></table>`;
}

/**
 * The same without numbers, for kernels that are too large or too many.
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string, width: number}} props
 */
export function KernelPicture({ values, from, rows, cols, limit, label, width }) {
  const cells = () => valueCells(values, from, rows * cols, palette.value.diverging, limit);
  return html`<${Picture} cells=${cells} rows=${rows} cols=${cols} label=${label} width=${width} stamp=${slowTick.value} />`;
}
