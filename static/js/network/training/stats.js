/** The other numbers of the run, in figures of one width, and the whole held-out half, measured when somebody asks. */
import { signal } from "@preact/signals";
import { count, loss as lossText, percent, short } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { server } from "../../shared/server.js";
import { withRun } from "../intents.js";
import { Term } from "../page/tip.js";
import { numbers } from "../slow-motion/numbers.js";
import { datasets, inPast, liveRun, loop, speed } from "../state.js";
import { TERMS } from "../terms.js";

/** @typedef {import("../../shared/types.js").Evaluation} Evaluation
 * @typedef {import("../../shared/types.js").Run} Run */

const measured = signal(/** @type {{of: string, found: Evaluation} | null} */ (null));
const measuring = signal(false);

/** A run since it last began at step 0. @param {Run} run */
const lifeOf = (run) => `${run.id} ${run.restarts}`;

async function measure() {
  const run = liveRun.value;
  if (!run || measuring.value) return;
  measuring.value = true;
  const of = lifeOf(run);
  const found = await withRun((id) => server.evaluate(id));
  if (found) measured.value = { of, found };
  measuring.value = false;
}

/** How many pictures the held-out half has, where the curve is measured on fewer. @param {Run} run */
function wholeHalf(run) {
  const all = datasets.value.find(({ id }) => id === run.recipe.data?.dataset)?.test ?? 0;
  return run.held_out_images && all > run.held_out_images ? all : null;
}

function WholeHalf() {
  const run = liveRun.value;
  const all = run && wholeHalf(run);
  if (!all) return null;
  const found = measured.value?.of === lifeOf(run) ? measured.value.found : null;
  return html`<p class="whole-half">
    <button type="button" disabled=${measuring.value || inPast.value} onClick=${measure}
      title=${inPast.value ? "Only the present step is measured" : "Of the present step; training waits meanwhile"}
      >${measuring.value ? "measuring" : "measure"} all ${count(all)}${measuring.value ? "…" : ""}</button>
    <span role="status">${found && resultText(found)}</span>
  </p>`;
}

/** @param {Evaluation} found */
const resultText = (found) =>
  `${percent(found.accuracy)}${found.balanced_accuracy === null ? "" : ` (balanced ${percent(found.balanced_accuracy)})`} at step ${count(found.step)}, loss ${lossText(found.loss)}`;

/** @param {{label: string, tip: string, children?: any, part?: string}} props `part`: what the tour calls it */
const Stat = ({ label, tip, children, part }) =>
  html`<div class="stat" data-part=${part}><dt><${Term} tip=${tip}>${label}<//></dt><dd>${children}</dd></div>`;

export function Stats() {
  return html`<dl class="stats">
    <${Stat} label="Loss" tip=${TERMS.loss} part="loss">${lossText(numbers.value.loss)}<//>
    ${loop.value ? html`<${Stat} label="Steps/s" tip=${TERMS.loopSpeed}>${short(loop.value.steps_per_second)}<//>` : html`<${Stat} label="Images/s" tip=${TERMS.speed}>${count(speed.value)}<//>`}
  </dl><${WholeHalf} />`;
}
