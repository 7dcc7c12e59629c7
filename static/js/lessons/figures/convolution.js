/** A 5×5 picture and a 3×3 kernel whose numbers can be changed, and every sum behind the output. */

import { effect, signal } from "@preact/signals";
import { sentenceOf } from "../../shared/errors.js";
import { newest } from "../../shared/latest-only.js";
import { server } from "../../shared/server.js";
import { Grid, paint, Select } from "../components.js";
import { limitOf, minus, part, plain, withNumber } from "../matrix.js";
import { html } from "../prose.js";
import { Question } from "../question.js";

/** @typedef {import("../../shared/types.js").Convolved} Convolved @typedef {import("../matrix.js").Rows} Rows */
/** @template T @typedef {import("@preact/signals").Signal<T>} Signal */

/** @param {string} text one digit a number @returns {Rows} */
const grid = (text) => text.split(" ").map((row) => [...row].map(Number));
export const IMAGE = grid("11100 01110 00111 00110 01100");
export const KERNEL = grid("101 010 101");

/** @type {Record<string, [string, Rows]>} */
const KNOWN = {
  cross: ["a cross", KERNEL],
  sobel: [
    "left edges (Sobel)",
    [
      [1, 0, -1],
      [2, 0, -2],
      [1, 0, -1],
    ],
  ],
  middle: ["only the middle", grid("000 010 000")],
  sum: ["all ones", grid("111 111 111")],
};

const image = signal(IMAGE);
const kernel = signal(KERNEL);
const bias = signal(0);
const place = signal({ y: 0, x: 0 }); // of the output that is explained
const answer = signal(/** @type {Convolved | null} */ (null));
const problem = signal(/** @type {string | null} */ (null));

const computing = newest(server.convolve, {
  done: (found) => {
    answer.value = found;
    problem.value = null;
  },
  failed: (error) => {
    problem.value = sentenceOf(error);
  },
});
effect(() => {
  computing.want({ image: image.value, kernel: kernel.value, bias: bias.value });
});

/**
 * A grid of fields. @param {{of: Signal<Rows>, name: string, under?: (y: number, x: number) => boolean}} props
 */
function Fields({ of, name, under }) {
  const limit = limitOf(of.value);
  const field = (/** @type {number} */ value, /** @type {number} */ y, /** @type {number} */ x) => {
    const set = (/** @type {any} */ event) => {
      const typed = event.currentTarget.valueAsNumber;
      if (Number.isFinite(typed)) of.value = withNumber(of.value, y, x, typed);
    };
    return html`<input type="number" step="any" class=${under?.(y, x) ? "under" : ""} value=${value}
      style=${paint(value, limit)} aria-label=${`${name}, row ${y + 1}, column ${x + 1}`} onInput=${set} />`;
  };
  const columns = { "--columns": of.value[0].length };
  return html`<fieldset class="cells" style=${columns}><legend>${name}</legend>
    ${of.value.map((row, y) => row.map((value, x) => field(value, y, x)))}</fieldset>`;
}

/** @param {{output: Rows}} props */
function Outputs({ output }) {
  const limit = limitOf(output);
  const show = (/** @type {number} */ y, /** @type {number} */ x) => () => {
    place.value = { y, x };
  };
  const cell = (/** @type {number} */ value, /** @type {number} */ y, /** @type {number} */ x) => {
    const on = place.value.y === y && place.value.x === x;
    return html`<button type="button" class=${on ? "on" : ""} style=${paint(value, limit)}
      aria-pressed=${on} aria-label=${`row ${y + 1}, column ${x + 1}: ${plain(value)}`}
      onPointerEnter=${show(y, x)} onFocus=${show(y, x)} onClick=${show(y, x)}>${plain(value)}</button>`;
  };
  return html`<div class="cells" role="group" aria-label="Output" style=${{ "--columns": output[0].length }}>
    <span class="grid-name">Output</span>${output.map((row, y) => row.map((value, x) => cell(value, y, x)))}</div>`;
}

/** The sum behind one value. @param {{found: Convolved}} props */
function Sum({ found }) {
  const { y, x } = place.value;
  const term = found.terms?.[y]?.[x];
  if (!term) return null;
  const products = term.products.map((row, r) =>
    row.map(
      (value, c) =>
        html`<td><span>${plain(term.patch[r][c] ?? 0)} · ${plain(kernel.value[r][c])}</span> = <b>${plain(value)}</b></td>`,
    ),
  );
  const sum = term.products.flat().map(plain).join(" + ").replaceAll("+ −", "− ");
  return html`<div class="sum"><table class="product-table"><caption>Picture · weight, at row ${y + 1}, column ${x + 1}</caption>
      <tbody>${products.map((row) => html`<tr>${row}</tr>`)}</tbody></table>
    <p aria-live="polite">${sum}${bias.value ? ` + ${plain(bias.value)} (bias)` : ""} = <b>${plain(found.output[y][x])}</b></p></div>`;
}

function Setting() {
  const known = Object.entries(KNOWN).find(([, [, rows]]) => rows === kernel.value)?.[0] ?? "own";
  return html`<div class="figure-controls">
    <${Select} label="Kernel" now=${known} choices=${[...Object.entries(KNOWN).map(([key, [text]]) => [key, text]), ...(known === "own" ? [["own", "your own"]] : [])]}
      onChoose=${(/** @type {string} */ key) => {
        if (KNOWN[key]) kernel.value = KNOWN[key][1];
      }} />
    <label class="pick"><span>Bias</span><input type="number" step="any" value=${bias.value}
      onInput=${(/** @type {any} */ event) => {
        if (Number.isFinite(event.currentTarget.valueAsNumber))
          bias.value = event.currentTarget.valueAsNumber;
      }} /></label>
    <button type="button" onClick=${() => {
      image.value = IMAGE;
      kernel.value = KERNEL;
      bias.value = 0;
    }}>Reset</button></div>`;
}

export function Figure() {
  const under = (/** @type {number} */ y, /** @type {number} */ x) => {
    const [down, right] = [y - place.value.y, x - place.value.x];
    return down >= 0 && down < 3 && right >= 0 && right < 3;
  };
  const found = answer.value;
  return html`<${Setting} /><div class="row">
    <${Fields} of=${image} name="Picture" under=${under} />
    <span class="sign" aria-hidden="true">∗</span><${Fields} of=${kernel} name="Kernel" />
    <span class="sign" aria-hidden="true">=</span>${found && html`<${Outputs} output=${found.output} />`}</div>
    ${problem.value && html`<p class="status wrong" role="status">${problem.value}</p>`}
    ${found && html`<${Sum} found=${found} />`}`;
}

/** The middle weight from 1 to 2, on the picture as it is now. */
async function middle() {
  const now = { image: image.value, kernel: withNumber(kernel.value, 1, 1, 1) };
  const more = { image: image.value, kernel: withNumber(kernel.value, 1, 1, 2) };
  const [before, after] = await Promise.all([server.convolve(now), server.convolve(more)]);
  const change = minus(after.output, before.output);
  const changed = change.flat().filter((value) => value !== 0).length;
  const same = limitOf(minus(change, part(image.value, 1, 1, 3, 3))) < 1e-9;
  const text = html`<p>${changed} of the ${change.flat().length} outputs change. Each changes by the one
    pixel that lies under the middle weight there${same ? ": the changes are the middle of the picture itself" : ""}.
    One weight affects every output, because it is used at every position.</p>
    <${Grid} rows=${change} caption="output with 2 minus output with 1" />`;
  return { text, number: changed };
}

export const Answer = () =>
  html`<${Question} compute=${middle} guess="How many outputs change?" />`;
