/** Loss and accuracy of the run over the steps; a press on a curve leads to its step. */
import { Chart, curve, dottedCurve, uPlot } from "../../shared/chart.js";
import { html } from "../../shared/html.js";
import { trailingMean } from "../../shared/metric-history.js";
import { seek } from "../intents.js";
import { history, historyTick, lastStep, pastStep } from "../state.js";

/** @typedef {import("../../shared/chart.js").Data} Data @typedef {import("../../shared/chart.js").Mark} Mark */

const SMOOTH = 50; // batches

const curvesEnd = () => history.points.step.at(-1) ?? 0;

/** @returns {Data} raw loss, and its mean over the last 50 batches */
function lossData() {
  historyTick.value;
  const { step, loss } = history.points;
  return [step, loss, trailingMean(loss, SMOOTH)];
}

/** @returns {Data} training, held out */
function accuracyData() {
  historyTick.value;
  const { step, accuracy, held_out } = history.points;
  return uPlot.join([
    [step, accuracy],
    [held_out.step, held_out.accuracy],
  ]);
}

const lossSeries = () => [curve("--faint", 1), curve("--ink", 1.75)];
const accuracySeries = () => [curve("--muted", 1.25), dottedCurve("--ink", 1.75, 5)];

/** The step of the past that is on the page. @returns {Mark[]} */
const marks = () =>
  pastStep.value === null ? [] : [{ step: pastStep.value, colour: "--past", width: 2 }];

/** @param {number} step */
const onStep = (step) => {
  if (lastStep.peek()) seek(step);
};

const common = { lastStep: curvesEnd, marks, onStep };

export function Curves() {
  return html`<section class="curves" aria-label="Curves">
    <h2>Loss <span class="curve-key"><i class="curve-line faint" />each batch <i class="curve-line" />mean of 50</span></h2>
    <${Chart} ...${common} label="Loss per step" series=${lossSeries} data=${lossData} />
    <h2>Accuracy <span class="curve-key"><i class="curve-line muted" />training <i class="curve-line dots" />held out</span></h2>
    <${Chart} ...${common} label="Accuracy per step" series=${accuracySeries} data=${accuracyData} isShare />
  </section>`;
}
