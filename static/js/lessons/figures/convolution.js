/** A 5×5 picture and a 3×3 kernel whose numbers can be changed, and every sum behind the output. */

import { server } from "../../shared/server.js";
import { Grid, paint, Scale } from "../components.js";
import { limitOf, minus, part, plain, sumText, withNumber } from "../matrix.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import {
  answer,
  image,
  KernelSelect,
  kernel,
  limit,
  place,
  problem,
  reset,
  sums,
} from "../small-convolution.js";
import { Values } from "../values.js";

/** @typedef {import("../../shared/types.js").Convolved} Convolved @typedef {import("../matrix.js").Rows} Rows */
/** @template T @typedef {import("@preact/signals").Signal<T>} Signal */

/**
 * A grid of fields. @param {{of: Signal<Rows>, name: string, under?: (y: number, x: number) => boolean}} props
 */
function Fields({ of, name, under }) {
  const field = (/** @type {number} */ value, /** @type {number} */ y, /** @type {number} */ x) => {
    const set = (/** @type {any} */ event) => {
      const typed = event.currentTarget.valueAsNumber;
      if (Number.isFinite(typed)) of.value = withNumber(of.value, y, x, typed);
    };
    return html`<input type="number" step="any" class=${under?.(y, x) ? "under" : ""} value=${value}
      style=${paint(value, limit.value)} aria-label=${`${name}, row ${y}, column ${x}`} onInput=${set} />`;
  };
  const columns = { "--columns": of.value[0].length };
  return html`<fieldset class="cells" style=${columns}><legend>${name}</legend>
    ${of.value.map((row, y) => row.map((value, x) => field(value, y, x)))}</fieldset>`;
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
  return html`<div class="sum"><table class="product-table"><caption>Picture · weight, for row ${y}, column ${x} of the output</caption>
      <tbody>${products.map((row) => html`<tr>${row}</tr>`)}</tbody></table>
    <p aria-live="polite">${sumText(term.products.flat())} = <b>${plain(term.sum)}</b></p></div>`;
}

export function Figure() {
  const under = (/** @type {number} */ y, /** @type {number} */ x) => {
    const [down, right] = [y - place.value.y, x - place.value.x];
    return down >= 0 && down < 3 && right >= 0 && right < 3;
  };
  const found = answer.value;
  return html`<div class="figure-controls"><${KernelSelect} /><button type="button" onClick=${reset}>Reset</button></div>
    <div class="row">
    <${Fields} of=${image} name="Picture" under=${under} />
    <span class="sign" aria-hidden="true">∗</span><${Fields} of=${kernel} name="Kernel" />
    <span class="sign" aria-hidden="true">=</span>${found && html`<${Values} rows=${sums.value} name="Output" limit=${limit.value} place=${place} />`}</div>
    <${Scale} limit=${limit.value} />
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
    <${Grid} rows=${change} limit=${limit.value} caption="output with 2 minus output with 1" />`;
  return { text, number: changed };
}

export const Answer = () =>
  html`<${Question} compute=${middle} guess="How many outputs change?" />`;
