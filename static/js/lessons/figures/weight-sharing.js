/** One weight's gradient in a real network: what every position of every picture contributed. */

import { signal } from "@preact/signals";
import { sentenceOf } from "../../shared/errors.js";
import { percent, short } from "../../shared/format.js";
import { newest } from "../../shared/latest-only.js";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Heatmap, Scale, Slider, Status, SumCheck } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { exact, limitOf, signedSums } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { discard, runFor } from "../runs.js";

const SIDE = 224; // CSS pixels
const found = signal(/** @type {any} */ (null)); // what the server explains
const at = signal({ ky: 1, kx: 1, example: 0 });
const NAME = "weight-sharing";
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

/** @param {number} step up to which */
async function trainTo(step) {
  const run = await runFor(NAME, { seed: 2 });
  id = run.id;
  await server.step(id, { until: step });
  await explain.want(at.value);
}

/** The first step, seen at the picture that contributes most. */
async function begin() {
  await trainTo(1);
  const sizes = found.value.gradient.example_sums.map(Math.abs);
  at.value = { ...at.value, example: sizes.indexOf(Math.max(...sizes)) };
  await explain.want(at.value);
}

const prepare = () => work.start("Preparing a network…", begin);

const train = () => work.start("Training one step…", () => trainTo(found.value.gradient.step + 1));

const again = () =>
  work.start("Starting again…", () => {
    discard(NAME);
    return begin();
  });

/** @param {Partial<typeof at.value>} change */
function look(change) {
  at.value = { ...at.value, ...change };
  explain.want(at.value);
}

function Picker() {
  const lines = [0, 1, 2];
  return html`<div class="cells" role="group" aria-label="Weight of the kernel" style=${{ "--columns": 3 }}>
    <span class="grid-name">Weight of the kernel</span>${lines.map((ky) =>
      lines.map((kx) => {
        const on = at.value.ky === ky && at.value.kx === kx;
        return html`<button type="button" class=${on ? "on" : ""} aria-pressed=${on} aria-label=${`${ky},${kx}: row ${ky}, column ${kx}`}
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
  const limit = limitOf([...example_map, ...batch_map, example_sums]);
  return html`<div class="row maps">
      <figure><${Heatmap} rows=${example_map} limit=${limit} width=${SIDE} label="Contributions in one picture" />
        <figcaption>picture ${example} of the batch${gradient.example_class ? ` (${gradient.example_class})` : ""}: sum <b>${short(one)}</b></figcaption></figure>
      <figure><${Heatmap} rows=${batch_map} limit=${limit} width=${SIDE} label="Contributions in all pictures of the batch" />
        <figcaption>all ${example_sums.length} pictures: sum <b>${short(gradient.total)}</b></figcaption></figure></div>
    <figure class="strip-figure"><${Heatmap} rows=${[example_sums]} limit=${limit} width=${460} label="The sum of each picture"
        box=${{ y: 0, x: example, height: 1, width: 1 }} onPlace=${(/** @type {number} */ _, /** @type {number} */ n) => look({ example: n })} />
      <figcaption>the sum of each picture of the batch</figcaption></figure><${Scale} limit=${limit} />`;
}

export function Figure() {
  const now = found.value;
  if (!now) return html`<${PreparingFigure} task=${work} onNear=${prepare} />`;
  const { gradient, update } = now;
  return html`<div class="figure-controls"><${ActionButton} task=${work} onClick=${train}>One more step<//><${ActionButton} task=${work} onClick=${again}>Start again<//>
      <${Slider} label="Picture" now=${at.value.example} max=${gradient.example_sums.length - 1}
        onSlide=${(/** @type {number} */ example) => look({ example })} /></div>
    <${Status} task=${work} />
    <div class="row at-top"><${Picker} /><div aria-live="polite"><p>Step <b>${gradient.step}</b>, weight in row ${at.value.ky}, column ${at.value.kx}:
      its gradient is <b>${short(gradient.value)}</b>, so the optimiser moved it from ${exact(update.before)} to <b>${exact(update.after)}</b>.</p>
      <${SumCheck} ...${gradient} /></div></div><${Maps} gradient=${gradient} />
    <${LiveLink} runs=${[id]} href=${filterAddress(id, "conv1", 0)}>Open this network: filter 0 after step ${gradient.step}<//>`;
}

async function weigh() {
  if (!found.value) await prepare();
  if (!found.value) throw new Error(work.problem.value ?? "The figure has not been started yet.");
  const { gradient } = found.value;
  const { up, down, net, left } = signedSums(gradient.batch_map);
  const pictures = gradient.example_sums.filter((/** @type {number} */ sum) => sum > 0).length;
  const text = html`<p>${up.count && down.count ? "No" : "Yes"}. Summed over the batch, ${up.count} positions have a positive contribution (${short(up.sum)}
    in total) and ${down.count} a negative one (${short(down.sum)}). Added up, they give ${short(net)}: ${percent(left)} of the sum of their absolute values.
    ${pictures} of the ${gradient.example_sums.length} pictures have a positive sum. The weight follows the total, not any single position.</p>`;
  return { text };
}

export const Answer = () => html`<${Question} compute=${weigh} />`;
