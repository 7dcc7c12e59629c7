/** The first layer of the default network, from its first random numbers on. */

import { signal } from "@preact/signals";
import { loss as lossText, percent, plural, signed } from "../../shared/format.js";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Heatmap, Select, Start, Status } from "../components.js";
import { correlation, limitOf } from "../matrix.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { MEASURED_EVERY, runFor, trainUntil } from "../runs.js";

/**
 * @typedef {import("../matrix.js").Rows} Rows
 * @typedef {{id: string, step: number, loss: number | null, heldOut: number | null, heldOutStep: number | null,
 *   first: Rows[], now: Rows[]}} Seen
 */
const ENOUGH = MEASURED_EVERY;
const SEEDS = [0, 1, 2, 3, 4];
const LARGE = 58; // CSS pixels

const seed = signal(0);
const seen = signal(/** @type {Record<number, Seen>} */ ({}));
const work = task();

/** @param {string} id @returns {Promise<Rows[]>} the kernels of the first layer */
const kernels = async (id) =>
  (await server.tensor(id, "conv1", "weight")).values.map(
    (/** @type {Rows[]} */ filter) => filter[0],
  );

/** @param {number} which seed @param {number} steps more @returns {Promise<Seen>} */
async function go(which, steps) {
  const made = await runFor(`seed ${which}`, { seed: which });
  const before = seen.value[which];
  const first = before?.first ?? (await kernels(made.id));
  const run = steps ? await trainUntil(made.id, (before?.step ?? 0) + steps) : made;
  const entry = {
    id: made.id,
    step: run.step,
    loss: run.loss,
    heldOut: run.held_out_accuracy,
    heldOutStep: run.held_out_step,
    first,
    now: await kernels(made.id),
  };
  seen.value = { ...seen.value, [which]: entry };
  return entry;
}

/** @param {number} steps */
const more = (steps) => () =>
  work.start(steps ? `Training ${plural(steps, "step")}…` : "Making a run…", async () => {
    await go(seed.value, steps);
  });

/** @param {{list: Rows[], limit: number, name: string}} props */
const Kernels = ({ list, limit, name }) =>
  html`<div class="kernel-row"><span class="grid-name">${name}</span>${list.map(
    (rows, n) =>
      html`<${Heatmap} rows=${rows} limit=${limit} width=${LARGE} label=${`Filter ${n}, ${name}: ${rows.map((row) => row.map((v) => v.toFixed(2)).join(" ")).join(", ")}`} />`,
  )}</div>`;

/** @param {{entry: Seen}} props */
function Both({ entry }) {
  const limit = Math.max(...[...entry.first, ...entry.now].map(limitOf));
  return html`<${Kernels} list=${entry.first} limit=${limit} name="step 0" />
    <${Kernels} list=${entry.now} limit=${limit} name=${`step ${entry.step}`} />
    <p aria-live="polite">Step <b>${entry.step}</b>, loss <b>${lossText(entry.loss)}</b>, held-out accuracy
      <b>${percent(entry.heldOut)}</b> (measured at step ${entry.heldOutStep ?? 0}; again every ${ENOUGH} steps).</p>`;
}

export function Figure() {
  const entry = seen.value[seed.value];
  const other = html`<${Select} label="Seed" now=${seed.value} choices=${SEEDS.map((n) => [n, String(n)])}
    onChoose=${(/** @type {string} */ value) => {
      seed.value = Number(value);
      if (!seen.value[seed.value]) more(0)();
    }} />`;
  if (!entry) {
    return html`<${Start} task=${work} label="Make a network" onStart=${more(0)} />`;
  }
  return html`<div class="figure-controls">${other}
      <${ActionButton} task=${work} onClick=${more(1)}>1 step<//><${ActionButton} task=${work} onClick=${more(20)}>20 steps<//>
      <${ActionButton} task=${work} onClick=${more(ENOUGH)}>${ENOUGH} steps<//></div>
    <${Status} task=${work} /><${Both} entry=${entry} />`;
}

/** Two seeds trained equally long; what is not there yet is made. */
async function compare() {
  const which = [0, 1].includes(seed.value) ? [0, 1] : [seed.value, 0];
  const entries = [];
  for (const one of which) {
    const short = ENOUGH - (seen.value[one]?.step ?? 0);
    entries.push(await go(one, Math.max(0, short)));
  }
  const [a, b] = entries.map((entry) => entry.now.flat(2));
  const like = correlation(a, b);
  const limit = Math.max(...entries.flatMap((entry) => entry.now.map(limitOf)));
  const text = html`<p>${Math.abs(like) < 0.5 ? "No: other filters" : "Much the same filters"}. Filter for filter, the two sets
      have a correlation of ${signed(Number(like.toFixed(2)))} (1 would be the same, 0 nothing in common). Yet one network classifies
      ${percent(entries[0].heldOut)} of the held-out pictures correctly and the other ${percent(entries[1].heldOut)}.
      Many sets of filters do the job; which one comes out depends on the first random numbers.</p>
    ${entries.map((entry, n) => html`<${Kernels} list=${entry.now} limit=${limit} name=${`seed ${which[n]}, step ${entry.step}`} />`)}`;
  return { text };
}

export const Answer = () => html`<${Question} compute=${compare} />`;
