/** A network that begins with another one's weights, beside one that begins at random. */

import { signal } from "@preact/signals";
import { loss as lossText, percent } from "../../shared/format.js";
import { address, server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Status } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { discard, runFor, trainUntil, whenMeasured } from "../runs.js";

/** @typedef {import("../../shared/types.js").Layer} Layer @typedef {import("../../shared/types.js").Run} Run */
/** @typedef {{step: number, taken: Run, random: Run}} Row */

const PREPARED = 20; // steps
const HEAD = 32;
const CONV = { type: "Conv2d", kernel_size: 3, padding: 1 };
const POOL = { type: "MaxPool2d", kernel_size: 2 };
const NETWORK = {
  input: [1, 28, 28],
  layers: [
    { ...CONV, out_channels: 8 },
    { type: "ReLU" },
    POOL,
    { ...CONV, out_channels: 16 },
    { type: "ReLU" },
    POOL,
    { type: "Flatten" },
    { type: "Linear", out_features: HEAD },
    { type: "ReLU" },
    { type: "Linear", out_features: 10 },
  ],
};
const RECIPE = {
  network: NETWORK,
  dataset: "fashion-mnist-10k",
  optimizer: { type: "SGD", learning_rate: 0.01, momentum: 0.9 },
  seed: 2,
};

const TRAINED = { network: "default", init: { type: "pretrained" } };

const source = signal(/** @type {{run: Run, layers: Layer[]} | null} */ (null));
const taken = signal(/** @type {string[]} */ ([]));
const layers = signal(/** @type {Layer[]} */ ([]));
const rows = signal(/** @type {Row[]} */ ([]));
const work = task();

/** The two that are compared. @param {string} id of the run that is learned from */
const both = (id) =>
  Promise.all([
    runFor("taken", { ...RECIPE, init: { type: "from_run", run: id } }),
    runFor("random", { ...RECIPE, init: { type: "he_uniform" } }),
  ]);

/** Makes the two, and trains them a little. @param {string} id of the run that is learned from */
async function begin(id) {
  const [one, other] = await both(id);
  taken.value = one.taken;
  layers.value = await server.layers(one.id);
  rows.value = [{ step: 0, taken: await whenMeasured(one), random: await whenMeasured(other) }];
  await trainTo(id, PREPARED);
}

/** @param {string} id of the run that is learned from @param {number} until */
async function trainTo(id, until) {
  const pair = await both(id);
  const [one, other] = await Promise.all(pair.map((run) => trainUntil(run.id, until)));
  rows.value = [...rows.value, { step: until, taken: one, random: other }];
}

const start = () =>
  work.start("Preparing three networks…", async () => {
    const run = await whenMeasured(await runFor("source", TRAINED));
    const first = await server.layers(run.id);
    await begin(run.id);
    source.value = { run, layers: first };
  });

/** @param {number} more */
const further = (more) => () =>
  work.start("Training both…", () =>
    trainTo(source.value?.run.id ?? "", rows.value[rows.value.length - 1].step + more),
  );

const again = () =>
  work.start("Starting again…", () => {
    discard("taken");
    discard("random");
    return begin(source.value?.run.id ?? "");
  });

/** Every tensor of the new network with its shape, and the source's under the same name. */
function tensors() {
  const known = new Map((source.value?.layers ?? []).map((layer) => [layer.name, layer]));
  return layers.value.flatMap((layer) =>
    /** @type {const} */ (["weight", "bias"]).flatMap((tensor) => {
      const shape = layer[`${tensor}_shape`];
      const there = known.get(layer.name)?.[`${tensor}_shape`] ?? null;
      return shape ? [{ name: `${layer.name}.${tensor}`, shape, there }] : [];
    }),
  );
}

const Taken = () =>
  html`<div class="scroll-x" role="group" aria-label="Table" tabindex="0"><table class="facts-table"><thead><tr><th scope="col">tensor</th><th scope="col">trained network</th><th scope="col">new network</th><td></td></tr></thead>
    <tbody>${tensors().map(
      ({ name, shape, there }) => html`<tr><th scope="row"><code>${name}</code></th>
      <td>${there ? there.join("×") : "none"}</td><td>${shape.join("×")}</td><td>${taken.value.includes(name) ? html`<b>copied</b>` : "new"}</td></tr>`,
    )}</tbody></table></div>`;

/** @param {Run} run */
const cells = (run) => html`<td>${lossText(run.loss)}</td><td>${percent(run.accuracy)}</td>`;

const Progress = () =>
  html`<div class="scroll-x" role="group" aria-label="Table" tabindex="0"><table class="facts-table"><thead>
    <tr><td></td><th scope="colgroup" colspan="2">started with copied weights</th><th scope="colgroup" colspan="2">started at random</th></tr>
    <tr><th scope="col">step</th>${[0, 1].map(() => html`<th scope="col">loss</th><th scope="col">right*</th>`)}</tr></thead>
    <tbody aria-live="polite">${rows.value.map((row) => html`<tr><th scope="row">${row.step}</th>${cells(row.taken)}${cells(row.random)}</tr>`)}</tbody></table></div>
  <p class="hint">* the share of right answers on the training pictures of the last 50 batches</p>`;

export function Figure() {
  if (!source.value) return html`<${PreparingFigure} task=${work} onNear=${start} />`;
  const { taken: one, random: other } = rows.value[rows.value.length - 1];
  return html`<p>The first network is trained: it classifies
      <b>${percent(source.value.run.held_out_accuracy)}</b> of the held-out pictures correctly.</p><${Taken} />
    <div class="figure-controls"><${ActionButton} task=${work} onClick=${further(10)}>10 steps<//><${ActionButton} task=${work} onClick=${further(50)}>50 steps<//>
      <${ActionButton} task=${work} onClick=${further(200)}>200 steps<//>
      <${ActionButton} task=${work} onClick=${again}>Start again<//></div><${Status} task=${work} /><${Progress} />
    <p><${LiveLink} runs=${[one.id]} href=${filterAddress(one.id, "conv1", 0)}>Open the network with copied weights: filter 0<//></p>
    <p><${LiveLink} runs=${[one.id, other.id]} href=${address.compare(one.id, other.id)}>Compare both networks, filter by filter<//></p>`;
}

async function fitting() {
  if (!source.value) await start();
  const begin = rows.value[0];
  if (!begin) throw new Error(work.problem.value ?? "There are no networks yet.");
  const names = tensors().map(({ name }) => name);
  const rest = names.filter((name) => !taken.value.includes(name));
  const text = html`<p>Copied: ${taken.value.join(", ")}. New: ${rest.join(", ")}, because their shapes differ from those in the
    first network, or it has no such layer. Before the first step the network with copied weights classifies ${percent(begin.taken.held_out_accuracy)}
    of the held-out pictures correctly, the random one ${percent(begin.random.held_out_accuracy)}: good filters are of no use until the end of the network has
    learned to read them. Now train both, and see which gets there sooner.</p>`;
  return { text };
}

export const Answer = () => html`<${Question} compute=${fitting} />`;
