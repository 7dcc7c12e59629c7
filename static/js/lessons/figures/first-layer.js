/** The first layer of the default network, from its first random numbers on. */

import { computed, signal } from "@preact/signals";
import { loss as lossText, percent, plural } from "../../shared/format.js";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Heatmap, Scale, Select, Status } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { correlation, limitOf, plain } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { discard, MEASURED_EVERY, runFor, trainUntil } from "../runs.js";

/**
 * @typedef {import("../matrix.js").Rows} Rows
 * @typedef {{id: string, step: number, loss: number | null, heldOut: number | null, heldOutStep: number | null,
 *   first: Rows[], now: Rows[]}} Seen
 */
const ENOUGH = MEASURED_EVERY;
const PREPARED = 20; // steps
const SEEDS = [0, 1, 2, 3, 4];
const LARGE = 72; // CSS pixels

const seed = signal(0);
const seen = signal(/** @type {Record<number, Seen>} */ ({}));
const work = task();
/** Half of the one scale of colours that all kernels share. */
const limit = computed(() => {
  const all = Object.values(seen.value).flatMap(({ first, now }) => [...first, ...now]);
  return Math.max(0, ...all.map(limitOf));
});
const nameOf = (/** @type {number} */ which) => `seed ${which}`;

/** @param {string} id @returns {Promise<Rows[]>} the kernels of the first layer */
const kernels = async (id) =>
  (await server.tensor(id, "conv1", "weight")).values.map(
    (/** @type {Rows[]} */ filter) => filter[0],
  );

/** @param {number} which seed @param {number} steps more
 * @param {Seen | null} before what was seen of its run @returns {Promise<Seen>} */
async function go(which, steps, before = seen.value[which] ?? null) {
  const made = await runFor(nameOf(which), { seed: which });
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
  work.start(`Training ${plural(steps, "step")}…`, async () => {
    await go(seed.value, steps);
  });

const prepare = () =>
  work.start("Preparing a network…", async () => {
    if (!seen.value[seed.value]) await go(seed.value, PREPARED);
  });

const again = () =>
  work.start("Starting again…", async () => {
    discard(nameOf(seed.value));
    await go(seed.value, PREPARED, null);
  });

/** @param {{list: Rows[], name: string}} props */
const Kernels = ({ list, name }) =>
  html`<div class="kernel-row"><span class="grid-name">${name}</span>${list.map(
    (rows, n) =>
      html`<${Heatmap} rows=${rows} limit=${limit.value} width=${LARGE} label=${`Filter ${n}, ${name}: ${rows.map((row) => row.map(plain).join(" ")).join(", ")}`} />`,
  )}</div>`;

/** @param {{entry: Seen}} props */
function Both({ entry }) {
  return html`<${Kernels} list=${entry.first} name="step 0" />
    <${Kernels} list=${entry.now} name=${`step ${entry.step}`} />
    <${Scale} limit=${limit.value} />
    <p aria-live="polite">Step <b>${entry.step}</b>, loss <b>${lossText(entry.loss)}</b>, held-out accuracy
      <b>${percent(entry.heldOut)}</b>. The accuracy is measured every ${ENOUGH} steps; this is from step ${entry.heldOutStep ?? 0}.</p>
    <${LiveLink} runs=${[entry.id]} href=${filterAddress(entry.id, "conv1", 0)}>Open this network: filter 0 at step ${entry.step}<//>`;
}

export function Figure() {
  const entry = seen.value[seed.value];
  if (!Object.keys(seen.value).length)
    return html`<${PreparingFigure} task=${work} onNear=${prepare} />`;
  return html`<div class="figure-controls"><${Select} label="Seed" now=${seed.value} choices=${SEEDS.map((n) => [n, String(n)])}
      onChoose=${(/** @type {string} */ value) => {
        seed.value = Number(value);
        prepare();
      }} />
      <${ActionButton} task=${work} onClick=${more(1)}>1 step<//><${ActionButton} task=${work} onClick=${more(PREPARED)}>${PREPARED} steps<//>
      <${ActionButton} task=${work} onClick=${more(ENOUGH)}>${ENOUGH} steps<//><${ActionButton} task=${work} onClick=${again}>Start again<//></div>
    <${Status} task=${work} />${entry && html`<${Both} entry=${entry} />`}`;
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
  const text = html`<p>${Math.abs(like) < 0.5 ? "No: other filters" : "Much the same filters"}. Filter for filter, the two sets
      have a correlation of ${plain(like)} (1 would be the same, 0 nothing in common). Yet one network classifies
      ${percent(entries[0].heldOut)} of the held-out pictures correctly and the other ${percent(entries[1].heldOut)}.
      Many sets of filters do the job; which one comes out depends on the first random numbers.</p>
    ${entries.map((entry, n) => html`<${Kernels} list=${entry.now} name=${`seed ${which[n]}, step ${entry.step}`} />`)}`;
  return { text };
}

export const Answer = () => html`<${Question} compute=${compare} />`;
