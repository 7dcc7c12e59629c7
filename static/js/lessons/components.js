/** Components that several figures share. */

import { figuresFor, inFigures, powerText, short } from "../shared/format.js";
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

/** Rows with their numbers, each on its colour; whole ones without digits after the point.
 * @param {{rows: Rows, caption: string, limit?: number, label?: string}} props */
export function Grid({ rows, caption, limit = limitOf(rows), label = caption }) {
  const figures = figuresFor(limit);
  const whole = rows.flat().every(Number.isInteger);
  const cell = (/** @type {number} */ value) => {
    const text = whole ? plain(value) : inFigures(value, figures);
    return html`<td style=${paint(value, limit)} title=${String(value)}>${text}</td>`;
  };
  const power = whole ? "" : powerText(figures);
  return html`<table class="numbers" style=${{ "--cols": rows[0].length }} aria-label=${label}><caption>${caption} ${power}</caption>
    <tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table>`;
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

/** A figure that needs a run is started by the reader; printed before that, it says so.
 * @param {{task: import("./async-status.js").Task, label: string, onStart: () => void}} props */
export function Start({ task, label, onStart }) {
  return html`<div class="begin">
    <button type="button" class="primary" disabled=${Boolean(task.busy.value)} onClick=${onStart}>${label}</button>
    <${Status} task=${task} /></div>
    <p class="on-paper">This figure was printed before it was started: press “${label}” on the page, and
      the server computes its numbers.</p>`;
}

/** @param {{task: import("./async-status.js").Task, onClick: () => void, children?: any}} props */
export const ActionButton = ({ task, onClick, children }) =>
  html`<button type="button" disabled=${Boolean(task.busy.value)} onClick=${onClick}>${children}</button>`;

/** One of several. @param {{label: string, now: string | number, choices: [string | number, string][], onChoose: (value: string) => void}} props */
export const Select = ({ label, now, choices, onChoose }) =>
  html`<label class="pick"><span>${label}</span><select value=${String(now)}
    onChange=${(/** @type {any} */ event) => onChoose(event.currentTarget.value)}>
    ${choices.map(([value, text]) => html`<option value=${String(value)}>${text}</option>`)}</select></label>`;

/** A whole number by a slider. @param {{label: string, now: number, max: number, onSlide: (value: number) => void, text?: string}} props */
export const Slider = ({ label, now, max, onSlide, text }) =>
  html`<label class="slide"><span>${label}</span><input type="range" min="0" max=${max} value=${now}
    aria-valuetext=${text ?? String(now)}
    onInput=${(/** @type {any} */ event) => onSlide(Number(event.currentTarget.value))} />
    <output>${text ?? now}</output></label>`;

/** Whether an explanation's parts add up to what the network has.
 * @param {{value: number, total: number, matches: boolean}} props */
export const SumCheck = ({ value, total, matches }) =>
  html`<p class="adds-up">${matches ? "✓" : "✗"} The parts add up to ${short(total)}; the network has ${short(value)}.</p>`;
