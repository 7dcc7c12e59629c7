/** Components that several figures share. */

import { inFigures, short } from "../shared/format.js";
import { CellCanvas } from "../shared/heatmap/cell-canvas.js";
import { valueCells } from "../shared/heatmap/cells.js";
import { colourOf, greyOf, inkOn } from "../shared/heatmap/colour.js";
import { palette } from "../shared/heatmap/palette.js";
import { cellUnder, shareOfGrid } from "../shared/heatmap/pointer.js";
import { html } from "../shared/html.js";
import { limitOf, plain } from "./matrix.js";

/**
 * @typedef {import("./matrix.js").Rows} Rows
 * @typedef {{y: number, x: number, height: number, width: number}} Box in cells
 */
/** @template T @typedef {import("@preact/signals").Signal<T>} Signal */

/**
 * Rows of numbers as a picture: grey for what is seen, the diverging scale for what is signed.
 * @param {{rows: Rows, label: string, width: number, limit?: number, grey?: boolean, box?: Box | null,
 *   onPlace?: (y: number, x: number) => void}} props width in CSS pixels, at most
 */
export function Heatmap({ rows, label, width, limit, grey, box, onPlace }) {
  const [height, across] = [rows.length, rows[0].length];
  const table = palette.value.diverging;
  const cells = () => {
    const values = rows.flat();
    return grey
      ? Uint32Array.from(values, greyOf)
      : valueCells(values, 0, values.length, table, limit ?? limitOf(rows));
  };
  const place = (/** @type {PointerEvent} */ event) => {
    if (!onPlace || (event.type === "pointermove" && !event.buttons)) return;
    const { y, x } = cellUnder(event, height, across);
    onPlace(y, x);
  };
  return html`<span class=${onPlace ? "heat choose" : "heat"} onPointerDown=${place} onPointerMove=${place}>
    <${CellCanvas} cells=${cells} rows=${height} cols=${across} width=${width} label=${label} stamp=${0}>
      ${box && html`<${Mark} box=${box} rows=${height} cols=${across} />`}<//></span>`;
}

/** A frame around some cells. @param {{box: Box, rows: number, cols: number}} props */
export function Mark({ box, rows, cols }) {
  return html`<span class="mark" style=${shareOfGrid(box, rows, cols)}></span>`;
}

/** Digits after the point, alike for all numbers up to a size. @param {number} limit */
const digitsFor = (limit) => (limit >= 99.95 ? 0 : limit >= 9.995 ? 1 : limit >= 0.9995 ? 2 : 3);

/** Rows with their numbers, each on its colour; whole ones without digits after the point.
 * @param {{rows: Rows, caption: string, limit?: number, label?: string, grey?: boolean}} props */
export function Grid({ rows, caption, limit = limitOf(rows), label = caption, grey }) {
  const figures = { power: 0, digits: digitsFor(limitOf(rows)) };
  const whole = rows.flat().every(Number.isInteger);
  const cell = (/** @type {number} */ value) => {
    const text = whole ? plain(value) : inFigures(value, figures);
    const style = grey ? inkOn(greyOf(value)) : paint(value, limit);
    return html`<td style=${style} title=${plain(value)}>${text}</td>`;
  };
  return html`<table class="numbers" style=${{ "--cols": rows[0].length }} aria-label=${label}><caption>${caption}</caption>
    <tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table>`;
}

const SHADES = 61;
const SCALE_PX = 122;

/** What the colours of a figure mean: one scale, zero in the middle.
 * @param {{limit: number, bare?: boolean}} props `bare`: it stands below what it is of, and need not say so */
export function Scale({ limit, bare }) {
  const [table, half] = [palette.value.diverging, (SHADES - 1) / 2];
  const cells = () =>
    Uint32Array.from({ length: SHADES }, (_, n) => colourOf(table, n - half, half));
  return html`<p class="colour-scale">${!bare && html`<span>Colours:</span> `}${plain(-limit)}
    <${CellCanvas} cells=${cells} rows=${1} cols=${SHADES} width=${SCALE_PX} height=${12} stamp=${0}
      label="orange is negative, blue is positive, the colour of the page is 0" /> ${plain(limit)}</p>`;
}

/** The colours of a number's cell. @param {number} value @param {number} limit */
export function paint(value, limit) {
  return inkOn(colourOf(palette.value.diverging, value, limit));
}

/** What a figure waits for, or what went wrong. @param {{task: import("./async-status.js").Task}} props */
export function Status({ task }) {
  return html`<p class="status" role="status">${
    task.problem.value ? html`<span class="wrong">${task.problem.value}</span>` : task.busy.value
  }</p>`;
}

/** @param {{task: import("./async-status.js").Task, onClick: () => void, children?: any}} props */
export const ActionButton = ({ task, onClick, children }) =>
  html`<button type="button" disabled=${Boolean(task.busy.value)} onClick=${onClick}>${children}</button>`;

/** One of several. @param {{label: string, now: string | number, choices: [string | number, string][], onChoose: (value: string) => void}} props */
export const Select = ({ label, now, choices, onChoose }) =>
  html`<label class="pick"><span>${label}</span><select value=${String(now)}
    onChange=${(/** @type {any} */ event) => onChoose(event.currentTarget.value)}>
    ${choices.map(([value, text]) => html`<option value=${String(value)}>${text}</option>`)}</select></label>`;

/** A whole number by a slider. @param {{label: string, now: number, min?: number, max: number, onSlide: (value: number) => void}} props */
export const Slider = ({ label, now, min = 0, max, onSlide }) =>
  html`<label class="slide"><span>${label}</span><input type="range" min=${min} max=${max} value=${now}
    aria-valuetext=${plain(now)}
    onInput=${(/** @type {any} */ event) => onSlide(Number(event.currentTarget.value))} />
    <output>${plain(now)}</output></label>`;

/** Whether an explanation's parts add up to what the network has.
 * @param {{value: number, total: number, matches: boolean, write?: (value: number) => string}} props */
export const SumCheck = ({ value, total, matches, write = short }) =>
  html`<p class="adds-up">${matches ? "✓" : "✗"} The parts add up to ${write(total)}, and the network has ${write(value)}.</p>`;
