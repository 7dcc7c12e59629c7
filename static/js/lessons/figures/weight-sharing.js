/** One weight's gradient in a real network: what every position of every picture contributed. */

import { signal } from "@preact/signals";
import { sentenceOf } from "../../shared/errors.js";
import { percent, signed } from "../../shared/format.js";
import { newest } from "../../shared/latest-only.js";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Heatmap, Slider, Start, Status, SumCheck } from "../components.js";
import { exact, signedSums } from "../matrix.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { runFor } from "../runs.js";

const SIDE = 224; // CSS pixels
const found = signal(/** @type {any} */ (null)); // what the server explains
const at = signal({ ky: 1, kx: 1, example: 0 });
const work = task();
let id = "";

const explain = newest(
  (/** @type {typeof at.value} */ place) =>
    server.explainWeight(id, { layer: "conv1", out: 0, in: 0, ...place }),
  {
    done: (answer) => {
      found.value = answer;
    },
    failed: (error) => {
      work.problem.value = sentenceOf(error);
    },
  },
);

const train = () =>
  work.start("Training one step…", async () => {
    const run = await runFor("weight-sharing", { seed: 2 });
    id = run.id;
    await server.step(id, { until: (found.value?.gradient.step ?? 0) + 1 });
    await explain.want(at.value);
  });

/** @param {Partial<typeof at.value>} change */
function look(change) {
  at.value = { ...at.value, ...change };
  explain.want(at.value);
}

function Picker() {
  const names = ["top", "middle", "bottom"];
  const sides = ["left", "middle", "right"];
  return html`<div class="cells" role="group" aria-label="Weight of the kernel" style=${{ "--columns": 3 }}>
    <span class="grid-name">Weight of the kernel</span>${names.map((name, ky) =>
      sides.map((side, kx) => {
        const on = at.value.ky === ky && at.value.kx === kx;
        return html`<button type="button" class=${on ? "on" : ""} aria-pressed=${on} aria-label=${`${ky},${kx}: ${name} ${side}`}
        onClick=${() => look({ ky, kx })}>${ky},${kx}</button>`;
      }),
    )}</div>`;
}

/** @param {{gradient: any}} props */
function Maps({ gradient }) {
  const { example_map, batch_map, example_sums, example } = gradient;
  const one = example_map
    .flat()
    .reduce((/** @type {number} */ s, /** @type {number} */ v) => s + v, 0);
  return html`<div class="row maps">
      <figure><${Heatmap} rows=${example_map} width=${SIDE} label="Contributions in one picture" />
        <figcaption>picture ${example} of the batch${gradient.example_class ? ` (${gradient.example_class})` : ""}: sum <b>${signed(one)}</b></figcaption></figure>
      <figure><${Heatmap} rows=${batch_map} width=${SIDE} label="Contributions in all pictures of the batch" />
        <figcaption>all ${example_sums.length} pictures: sum <b>${signed(gradient.total)}</b></figcaption></figure></div>
    <figure class="strip-figure"><${Heatmap} rows=${[example_sums]} width=${460} label="The sum of each picture"
        box=${{ y: 0, x: example, height: 1, width: 1 }} onPlace=${(/** @type {number} */ _, /** @type {number} */ n) => look({ example: n })} />
      <figcaption>the sum of each picture of the batch</figcaption></figure>`;
}

export function Figure() {
  const now = found.value;
  if (!now) return html`<${Start} task=${work} label="Train one step" onStart=${train} />`;
  const { gradient, update } = now;
  return html`<div class="figure-controls"><${ActionButton} task=${work} onClick=${train}>One more step<//>
      <${Slider} label="Picture" now=${at.value.example} max=${gradient.example_sums.length - 1}
        onSlide=${(/** @type {number} */ example) => look({ example })} /></div>
    <${Status} task=${work} />
    <div class="row at-top"><${Picker} /><div aria-live="polite"><p>Step <b>${gradient.step}</b>, weight ${at.value.ky},${at.value.kx}:
      its gradient is <b>${signed(gradient.value)}</b>, so the optimiser moved it from ${exact(update.before)} to <b>${exact(update.after)}</b>.</p>
      <${SumCheck} ...${gradient} /></div></div><${Maps} gradient=${gradient} />`;
}

async function weigh() {
  if (!found.value) await train();
  if (!found.value) throw new Error(work.problem.value ?? "The figure has not been started yet.");
  const { gradient } = found.value;
  const { up, down, net, left } = signedSums(gradient.batch_map);
  const pictures = gradient.example_sums.filter((/** @type {number} */ sum) => sum > 0).length;
  const text = html`<p>${up.count && down.count ? "No" : "Yes"}. Summed over the batch, ${up.count} positions have a positive contribution (${signed(up.sum)}
    in total) and ${down.count} a negative one (${signed(down.sum)}). Added up, they give ${signed(net)}: ${percent(left)} of the sum of their absolute values.
    ${pictures} of the ${gradient.example_sums.length} pictures have a positive sum. The weight follows the total, not any single position.</p>`;
  return { text };
}

export const Answer = () => html`<${Question} compute=${weigh} />`;
