/** Loss and accuracy of the run over the steps; a press on a curve leads to its step. */
import { computed } from "@preact/signals";
import { Chart, curve, dottedCurve, LogSwitch, uPlot } from "../../shared/chart.js";
import { cssColour } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { endOf, meanLoss, meanOf } from "../../shared/metric-history.js";
import { seek } from "../intents.js";
import { curveEnd } from "../slow-motion/numbers.js";
import { history, historyTick, lastStep, pastStep } from "../state.js";

/** @typedef {import("../../shared/chart.js").Data} Data @typedef {import("../../shared/chart.js").Mark} Mark */

const curvesEnd = () => endOf(history.points);

/** Values by step up to slow motion's. @param {number | null} end @param {number[]} step @param {(number | null)[][]} values
 * @returns {Data} */
function upTo(end, step, ...values) {
  const after = end === null ? -1 : step.findIndex((one) => one > end);
  const cut = (/** @type {any[]} */ all) => (after < 0 ? all : all.slice(0, after));
  return /** @type {any} */ ([step, ...values].map(cut));
}

/** @returns {Data} the lowest and the highest loss, and its mean over the last batches */
function lossData() {
  historyTick.value;
  const { step, lowest, highest } = history.points;
  const shown = upTo(curveEnd("loss"), step, lowest, highest, meanLoss(history.points));
  return shown[0].length ? shown : [[0], [null], [null], [null]]; // axes need a value
}

/** Whether there is no loss yet. */
const isEmpty = computed(() => {
  historyTick.value;
  return curveEnd("loss") === 0 || (lastStep.value === 0 && !history.points.step.length);
});

/** How many batches a point stands for. */
const block = computed(() => {
  historyTick.value;
  return 2 ** history.points.widest;
});

/** @returns {Data} training, held out */
function accuracyData() {
  historyTick.value;
  const { step, mean_accuracy, held_out } = history.points;
  const end = curveEnd("weights");
  return uPlot.join([upTo(end, step, mean_accuracy), upTo(end, held_out.step, held_out.accuracy)]);
}

const lossSeries = () => [curve("--faint", 1), curve("--faint", 1), curve("--ink", 1.75)];
/** @type {() => import("uplot").Band[]} */
const lossBands = () => [{ series: [2, 1], fill: cssColour("--faint") }];
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
    <h2>Loss <span class="curve-key"><i class="curve-line faint" />${block.value > 1 ? "lowest to highest" : "each batch"} <i class="curve-line" />mean of ${meanOf(block.value)}</span></h2>
    <div class="curve-place"><${Chart} ...${common} label="Loss per step" series=${lossSeries} bands=${lossBands} data=${lossData} />
      ${isEmpty.value && html`<p class="hint">The loss appears here after the first step.</p>`}</div>
    <div class="curves-head">
      <h2>Accuracy <span class="curve-key"><i class="curve-line muted" />training <i class="curve-line dots" />held out</span></h2>
      <${LogSwitch} text="log" />
    </div>
    <${Chart} ...${common} label="Accuracy per step" series=${accuracySeries} data=${accuracyData} isShare />
  </section>`;
}
