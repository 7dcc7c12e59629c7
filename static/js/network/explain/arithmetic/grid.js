/** Small grids of numbers, each on its colour: a patch, a kernel, their products. */

import { figuresFor, inFigures, powerText } from "../../../shared/format.js";
import { colourOf, inkOn } from "../../../shared/heatmap/colour.js";
import { palette } from "../../../shared/heatmap/palette.js";
import { html } from "../../../shared/html.js";
import { sizeOf } from "../digits.js";

/** How wide cells with numbers are: the style sheet knows, by their number in a row. @param {number} cols */
const sizeClass = (cols) => (cols <= 3 ? "few" : cols <= 5 ? "some" : "dense");

/**
 * @param {{values: (number | null)[][], label: string, caption?: string, note?: any, limit?: number, picture?: (value: number) => number,
 *   width?: number, marked?: [number, number] | null, outside?: (r: number, c: number) => boolean,
 *   onCell?: ((r: number, c: number) => void) | null}} props `note`: after the caption and the
 *   power of ten of the cells; `limit`: half of the scale; `picture`: a value's grey, packed; `width` of the whole where cells have no numbers; `outside`: padding
 */
export function Grid({
  values,
  label,
  caption,
  note,
  limit,
  picture,
  width,
  marked,
  outside,
  onCell,
}) {
  const most = limit ?? sizeOf(values);
  const table = palette.value.diverging;
  const figures = figuresFor(picture ? 1 : most); // a picture's numbers have no power beside them
  const cols = values[0]?.length ?? 0;
  const side = width ? Math.max(3, Math.floor(width / cols)) : 0;
  const cell = (
    /** @type {number | null} */ value,
    /** @type {number} */ r,
    /** @type {number} */ c,
  ) => {
    const pad = value === null || outside?.(r, c);
    const packed = picture ? picture(value ?? 0) : colourOf(table, value ?? 0, most);
    const style = pad ? {} : inkOn(packed);
    const won = marked && marked[0] === r && marked[1] === c;
    const text = width ? "" : pad ? (value === null ? "" : "0") : inFigures(value ?? 0, figures);
    const open = onCell && !pad;
    return html`<td style=${style} class=${`${pad ? "outside" : ""} ${won ? "won" : ""}`}
      title=${pad ? "padding: outside the map" : String(value)}>${
        open
          ? html`<button type="button" class="open" onClick=${() => onCell(r, c)} aria-label=${`${label}, row ${r}, column ${c}: ${text || value}; open it`}>${text}</button>`
          : text
      }</td>`;
  };
  const size = { "--cols": cols, ...(side && { "--side": `${side}px`, "--cell": `${side}px` }) };
  return html`<table class=${`grid ${width ? "tiny" : sizeClass(cols)}`} style=${size} aria-label=${label}>
    ${caption && html`<caption>${caption} ${!width && !picture && powerText(figures)}${note}</caption>`}
    <tbody>${values.map((line, r) => html`<tr key=${r}>${line.map((v, c) => cell(v, r, c))}</tr>`)}</tbody></table>`;
}
