/** The same weight under three optimisers, and the arithmetic of each. */

import { signal } from "@preact/signals";
import { short } from "../../shared/format.js";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Status, SumCheck } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { exact } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { discard, runFor } from "../runs.js";

const PLACE = { layer: "conv1", out: 3, in: 0, ky: 1, kx: 1 };
const RATE = 0.01; // the same for all three, so that their steps can be compared
/** @type {[string, string, object][]} */
const OPTIMIZERS = [
  ["plain", "Plain descent (SGD)", { type: "SGD", momentum: 0, learning_rate: RATE }],
  ["momentum", "SGD with momentum", { type: "SGD", momentum: 0.9, learning_rate: RATE }],
  ["adam", "Adam", { type: "Adam", learning_rate: RATE }],
];

/** @typedef {{id: string, update: any}} Found of one run */
const found = signal(/** @type {Found[] | null} */ (null)); // an explanation for each
const first = signal(/** @type {Found[] | null} */ (null)); // those of step 1
const step = signal(0);
const work = task();

/** @param {number} until */
async function trainTo(until) {
  const all = await Promise.all(
    OPTIMIZERS.map(async ([name, , optimizer]) => {
      const { id } = await runFor(name, { seed: 2, optimizer });
      await server.step(id, { until });
      const { update } = await server.explainWeight(id, PLACE);
      return { id, update };
    }),
  );
  step.value = until;
  found.value = all;
  if (until === 1) first.value = all;
}

/** @param {number} more */
const train = (more) => () => work.start("Training all three…", () => trainTo(step.value + more));

const again = () =>
  work.start("Starting again…", () => {
    for (const [name] of OPTIMIZERS) discard(name);
    return trainTo(1);
  });

/** @param {{line: any}} props */
function Line({ line }) {
  const numbers = Object.entries(line.numbers).map(
    ([name, value]) => `${name.replace("1", "₁").replace("2", "₂")} = ${exact(Number(value))}`,
  );
  return html`<li><span class="says">${line.says}</span><code>${line.formula}</code>
    <small>${numbers.join(", ")}</small><b>= ${exact(line.result)}</b></li>`;
}

/** @param {{title: string, id: string, update: any}} props */
function Card({ title, id, update }) {
  return html`<section class="optimiser-card" aria-label=${title}><h2>${title}</h2>
    <dl><div><dt>weight before</dt><dd>${exact(update.before)}</dd></div>
      <div><dt>gradient</dt><dd>${exact(update.gradient)}</dd></div></dl>
    <ol class="update-lines">${update.lines.map((/** @type {any} */ line) => html`<${Line} line=${line} />`)}</ol>
    <dl><div><dt>weight after</dt><dd>${exact(update.after)}</dd></div>
      <div class="change"><dt>change</dt><dd>${exact(update.change)}</dd></div></dl>
    <${SumCheck} ...${update} write=${exact} />
    <${LiveLink} runs=${[id]} href=${filterAddress(id, PLACE.layer, PLACE.out)}>Open this run: filter ${PLACE.out}<//></section>`;
}

export function Figure() {
  if (!found.value) return html`<${PreparingFigure} task=${work} onNear=${train(1)} />`;
  return html`<div class="figure-controls"><span>Step <b>${step.value}</b>, learning rate ${RATE}</span>
      <${ActionButton} task=${work} onClick=${train(1)}>1 more step<//><${ActionButton} task=${work} onClick=${train(10)}>10 more steps<//>
      <${ActionButton} task=${work} onClick=${again}>Start again<//></div>
    <${Status} task=${work} />
    <div class="cards">${OPTIMIZERS.map(([, title], n) => html`<${Card} title=${title} ...${found.value?.[n]} />`)}</div>`;
}

async function firstStep() {
  if (!first.value) await train(1)();
  if (!first.value) throw new Error(work.problem.value ?? "The figure has not been started yet.");
  const [plain, momentum, adam] = first.value.map((one) => one.update);
  const same = plain.change === momentum.change;
  const text = html`<p>In step 1 the gradient was ${exact(plain.gradient)} for all three. Plain descent moved the weight by
    ${exact(plain.change)}, momentum by ${exact(momentum.change)}: ${same ? "the same, since there was no earlier step to carry over" : "not the same"}.
    Adam moved it by ${exact(adam.change)}, ${short(Math.abs(adam.change) / RATE)} times the learning rate: after the
    correction for starting at 0, its two averages are the gradient and its square, and one divided by the root of the other is ±1.</p>`;
  return { text };
}

export const Answer = () => html`<${Question} compute=${firstStep} />`;
