/** The gradient of a kernel on the 5×5 picture, by hand: the picture under the outputs. */

import { signal } from "@preact/signals";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Grid, Scale, Status } from "../components.js";
import { limitOf, minus, plain, sumText } from "../matrix.js";
import { html } from "../prose.js";
import { IMAGE, KERNEL } from "../small-picture.js";
import { Values } from "../values.js";

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

export function Figure() {
  const [found, out] = [gradient.value, output.value];
  if (!found?.terms || !out) return html`<${Status} task=${work} />`;
  const { y, x } = chosen.value;
  const term = found.terms[y][x];
  const under = term.patch.map((row) => row.map((value) => value ?? 0));
  const limit = Math.max(...[kernel.value, under, out, term.products].map(limitOf));
  return html`<div class="row"><${Values} rows=${found.output} name="Gradient of each weight" place=${chosen} /><${Grid} rows=${kernel.value} limit=${limit} caption="kernel" /></div>
    <div class="row three"><${Grid} rows=${under} limit=${limit} caption="picture under that weight" /><${Grid} rows=${out} limit=${limit} caption="outputs = their gradients" />
      <${Grid} rows=${term.products} limit=${limit} caption="products" /></div>
    <p aria-live="polite">${sumText(term.products.flat())} = <b>${plain(found.output[y][x])}</b></p>
    <${Scale} limit=${limit} />
    <div class="figure-controls"><${ActionButton} task=${work} onClick=${step}>One step, learning rate ${RATE}<//>
      <${ActionButton} task=${work} onClick=${() => {
        steps.value = 0;
        look(KERNEL);
      }}>Reset<//><span>step ${steps.value}: the loss is <b>${plain(lossOf(out))}</b></span></div>
    <${Status} task=${work} />`;
}
