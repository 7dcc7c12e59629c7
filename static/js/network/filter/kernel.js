/** One kernel as a table of its numbers, each on its colour. */

import { figuresFor, inFigures, powerText } from "../../shared/format.js";
import { colourOf, inkOn, largest } from "../../shared/heatmap/colour.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { weightIndex } from "../explain/places.js";
import { replay } from "../state.js";
import { kernelWidth } from "./kernel-width.js";
import { pointing, WeightCell } from "./weight-cell.js";

/** @typedef {{column: import("../drawing/layout.js").Column, channel: number, k: number}} Where which kernel */

/** @typedef {import("./kernel-width.js").Size} Size */

/** @param {Where} where @param {number} r @param {number} c */
export const placeOf = ({ column, channel, k }, r, c) => ({
  layer: column.name,
  tensor: "weight",
  index: weightIndex(column, channel, k, r, c),
});

/**
 * @param {{values: Float32Array, from: number, rows: number, cols: number, limit: number, label: string,
 *   caption: string, size: Size, where: Where, editable: boolean}} props `editable`: these are the weights themselves
 */
export function KernelTable(props) {
  const { values, from, rows, cols, limit, label, caption, size, where, editable } = props;
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
  const style = { width: `calc(${kernelWidth(cols, size) / 16}rem * var(--stretch, 1))` };
  const line = (/** @type {number} */ r) =>
    html`<tr>${Array.from({ length: cols }, (_, c) => cell(r, c))}</tr>`;
  return html`<table class=${`numbers ${size}`} style=${style} aria-label=${label}><caption><span>${caption}</span> ${powerText(figures)}</caption><tbody>${Array.from({ length: rows }, (_, r) => line(r))}</tbody></table>`;
}
