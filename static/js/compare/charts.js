/** The curves of both runs in one chart each, with the step shown and where they parted. */
import { Chart, curve, dottedCurve, LogSwitch, uPlot } from "../shared/chart.js";
import { loss, percent } from "../shared/format.js";
import { html } from "../shared/html.js";
import { meanLoss, meanOf } from "../shared/metric-history.js";
import * as state from "./state.js";

/** @typedef {import("../shared/chart.js").Data} Data @typedef {import("../shared/chart.js").Mark} Mark */

/** @returns {Data} */
const lossData = () =>
  uPlot.join(state.sides.map(({ history }) => [history.value.step, meanLoss(history.value)]));

/** Training and held out of each. @returns {Data} */
const accuracyData = () =>
  uPlot.join(
    state.sides.flatMap(({ history }) => {
      const { step, mean_accuracy, held_out } = history.value;
      return /** @type {Data[]} */ ([
        [step, mean_accuracy],
        [held_out.step, held_out.accuracy],
      ]);
    }),
  );

/** How many steps the points of the longer run stand for. */
const block = () => Math.max(1, ...state.sides.flatMap(({ history }) => history.value.steps));

const lossSeries = () => [curve("--run-a", 1.75, true), curve("--run-b", 1.75, true)];
const accuracySeries = () =>
  ["--run-a", "--run-b"].flatMap((name) => [curve(name, 1, true), dottedCurve(name, 1.75, 6)]);

/** @returns {Mark[]} */
function marks() {
  const [fork, step] = [state.fork.value, state.step.value];
  return [
    ...(fork === null
      ? []
      : [{ step: fork, colour: "--muted", dash: [3, 3], word: `forked at ${fork}` }]),
    ...(step === null ? [] : [{ step, colour: "--ink" }]),
  ];
}

const common = { marks, lastStep: () => state.last.peek() };

/** What the curves have at the step shown. @param {import("./state.js").Side} side */
function at(side) {
  const step = state.shownStep(side);
  const { history } = side;
  const last = (/** @type {number[]} */ steps) => steps.findLastIndex((one) => one <= step);
  const [batch, held] = [last(history.value.step), last(history.value.held_out.step)];
  return {
    loss: history.value.loss[batch],
    accuracy: history.value.accuracy[batch],
    heldOut: heldOutText(history.value.held_out, held, step),
  };
}

/** It is measured now and then: of which step it is, where that is not the one shown.
 * @param {import("../shared/frame.js").History["held_out"]} measured @param {number} i @param {number} step */
function heldOutText({ step: steps, accuracy }, i, step) {
  const at = steps[i] === undefined || steps[i] === step ? "" : ` at step ${steps[i]}`;
  return `${percent(accuracy[i])}${at}`;
}

/** The numbers at the step shown, side by side. */
function Numbers() {
  const [one, other] = state.sides.map(at);
  return html`<table class="step-numbers">
    <thead><tr><td></td>${state.sides.map(({ letter }) => html`<th scope="col" key=${letter}><b class=${`letter ${letter}`}>${letter}</b></th>`)}</tr></thead>
    <tbody>
      <tr><th scope="row">Step</th>${state.sides.map((side) => html`<td key=${side.letter}>${state.shownStep(side)}</td>`)}</tr>
      <tr><th scope="row">Loss</th><td>${loss(one.loss)}</td><td>${loss(other.loss)}</td></tr>
      <tr><th scope="row">Accuracy</th><td>${percent(one.accuracy)}</td><td>${percent(other.accuracy)}</td></tr>
      <tr><th scope="row">Held out</th><td>${one.heldOut}</td><td>${other.heldOut}</td></tr>
    </tbody>
  </table>`;
}

export function Charts() {
  return html`<section class="compare-card charts" aria-labelledby="curves">
    <h2 id="curves">Curves <span class="curve-key"><i class="curve-line A" />A <i class="curve-line B" />B</span></h2>
    <${LogSwitch} />
    <${Numbers} />
    <h3>Loss, mean of ${meanOf(block())} steps</h3>
    <${Chart} ...${common} label="Loss of both runs per step" series=${lossSeries} data=${lossData} />
    <h3>Accuracy: training thin, held out with dots</h3>
    <${Chart} ...${common} label="Accuracy of both runs per step" series=${accuracySeries} data=${accuracyData} isShare />
  </section>`;
}
