/** The gradient of a kernel on the 5×5 picture, by hand: the picture under the outputs. */

import { signal } from "@preact/signals";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Grid, Status } from "../components.js";
import { limitOf, minus, plain } from "../matrix.js";
import { html } from "../prose.js";
import { IMAGE, KERNEL } from "./convolution.js";

/** @typedef {import("../../shared/types.js").Convolved} Convolved @typedef {import("../matrix.js").Rows} Rows */

const RATE = 0.01;
const kernel = signal(KERNEL);
const steps = signal(0);
const output = signal(/** @type {Rows | null} */ (null));
const gradient = signal(/** @type {Convolved | null} */ (null)); // the picture under the outputs
const chosen = signal({ y: 0, x: 0 });
const work = task();

/** Half the sum of the squares. @param {Rows} rows */
const lossOf = (rows) => rows.flat().reduce((sum, value) => sum + value * value, 0) / 2;

/** @param {Rows} next the kernel */
const look = (next) =>
  work.start("Computing…", async () => {
    const made = await server.convolve({ image: IMAGE, kernel: next });
    const found = await server.convolve({ image: IMAGE, kernel: made.output });
    kernel.value = next;
    output.value = made.output;
    gradient.value = found;
  });
look(KERNEL);

function step() {
  if (!gradient.value) return;
  const moved = gradient.value.output.map((row) => row.map((value) => RATE * value));
  steps.value++;
  look(minus(kernel.value, moved));
}

/** @param {{rows: Rows}} props */
function Weights({ rows }) {
  const { y, x } = chosen.value;
  return html`<div class="cells" role="group" aria-label="Gradient of each weight" style=${{ "--columns": 3 }}>
    <span class="grid-name">Gradients</span>${rows.map((row, r) =>
      row.map(
        (
          value,
          c,
        ) => html`<button type="button" class=${r === y && c === x ? "on" : ""} aria-pressed=${r === y && c === x}
        aria-label=${`weight in row ${r + 1}, column ${c + 1}: ${plain(value)}`}
        onClick=${() => {
          chosen.value = { y: r, x: c };
        }}>${plain(value)}</button>`,
      ),
    )}</div>`;
}

export function Figure() {
  const [found, out] = [gradient.value, output.value];
  if (!found?.terms || !out) return html`<${Status} task=${work} />`;
  const { y, x } = chosen.value;
  const term = found.terms[y][x];
  const under = term.patch.map((row) => row.map((value) => value ?? 0));
  const sum = term.products.flat().map(plain).join(" + ").replaceAll("+ −", "− ");
  return html`<div class="row"><${Weights} rows=${found.output} /><${Grid} rows=${kernel.value} caption="the kernel now" /></div>
    <div class="row three"><${Grid} rows=${under} caption="under that weight" /><${Grid} rows=${out} limit=${limitOf(out)} caption="outputs (their gradients)" />
      <${Grid} rows=${term.products} caption="products" /></div>
    <p aria-live="polite">${sum} = <b>${plain(found.output[y][x])}</b></p>
    <div class="figure-controls"><${ActionButton} task=${work} onClick=${step}>One step, learning rate ${RATE}<//>
      <${ActionButton} task=${work} onClick=${() => {
        steps.value = 0;
        look(KERNEL);
      }}>Reset<//><span>step ${steps.value}: the loss is <b>${Number(lossOf(out).toFixed(5))}</b></span></div>
    <${Status} task=${work} />`;
}
