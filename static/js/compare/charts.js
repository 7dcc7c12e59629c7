/** The curves of both runs in one chart each, with the step shown and where they parted. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { loss, percent } from "../shared/format.js";
import { labelRoom, trailingMean } from "../shared/history.js";
import { html } from "../shared/html.js";
import { dark } from "../shared/theme.js";
import * as state from "./state.js";

/** @type {typeof import("uplot")} */
const uPlot = /** @type {any} */ (globalThis).uPlot;

/** @typedef {import("uplot").AlignedData} Data @typedef {import("uplot")} Plot */

const SMOOTH = 50; // steps
const WHOLE = [1, 2, 5]
  .flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((k) => n * 10 ** k))
  .sort((one, other) => one - other);

const colour = (/** @type {string} */ name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The mean of the last 50 steps, of points that may each stand for several. @param {import("../shared/frame.js").History} history */
function smoothed({ step, loss }) {
  const every = step.length > 1 ? step[1] - step[0] : 1;
  return trailingMean(loss, Math.max(1, Math.round(SMOOTH / every)));
}

/** @returns {Data} */
const lossData = () =>
  uPlot.join(state.sides.map(({ history }) => [history.value.step, smoothed(history.value)]));

/** Training and held out of each. @returns {Data} */
const accuracyData = () =>
  uPlot.join(
    state.sides.flatMap(({ history }) => {
      const { step, accuracy, held_out } = history.value;
      return /** @type {Data[]} */ ([
        [step, accuracy],
        [held_out.step, held_out.accuracy],
      ]);
    }),
  );

/** @param {Plot} plot @param {number} step @param {string} stroke @param {number[]} dash @param {string} [word] */
function mark(plot, step, stroke, dash, word) {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(step, "x", true));
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  if (word) {
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    const right = x > bbox.left + bbox.width * 0.8;
    ctx.textAlign = right ? "right" : "left";
    ctx.fillText(word, x + (right ? -5 : 5) * devicePixelRatio, bbox.top + 11 * devicePixelRatio);
  }
  ctx.restore();
}

/** @param {Plot} plot */
function marks(plot) {
  const [fork, step] = [state.fork.peek(), state.step.peek()];
  if (fork !== null) mark(plot, fork, colour("--muted"), [3, 3], `parted at ${fork}`);
  if (step !== null) mark(plot, step, colour("--ink"), []);
}

/** Where the curves end. */
const lastStep = () => Math.max(10, state.last.peek());

/** @param {import("uplot").Series[]} series @param {boolean} share */
function options(series, share) {
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--hair"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  const values = (/** @type {any} */ _, /** @type {number[]} */ ticks) =>
    ticks.map((v) => (share ? percent(v, 0) : String(v)));
  return {
    legend: { show: false },
    cursor: { show: false },
    hooks: { draw: [marks] },
    scales: {
      x: {
        time: false,
        range: () => /** @type {[number, number]} */ ([0, lastStep()]),
      },
      y: {
        range: (/** @type {any} */ _u, /** @type {number} */ _lo, /** @type {number} */ hi) =>
          /** @type {[number, number]} */ (share ? [0, 1] : [0, hi > 0 ? hi * 1.05 : 1]),
      },
    },
    axes: [
      { ...axis, size: 22, space: 60, incrs: WHOLE },
      { ...axis, size: 42, space: 24, values },
    ],
    padding: /** @type {import("uplot").Padding} */ ([6, () => labelRoom(lastStep()), 0, 0]),
    series: [{}, ...series],
  };
}

const none = { points: { show: false }, spanGaps: true };
const line = (/** @type {string} */ name, width = 1.75) => ({
  ...none,
  stroke: colour(name),
  width,
});
const dots = (/** @type {string} */ name) => ({
  ...line(name),
  points: { show: true, size: 6, fill: colour(name) },
});
const lossOptions = () => options([line("--run-a"), line("--run-b")], false);
const accuracyOptions = () =>
  options([line("--run-a", 1), dots("--run-a"), line("--run-b", 1), dots("--run-b")], true);

/** @param {{label: string, build: () => Partial<import("uplot").Options>, data: () => Data}} props */
function Chart({ label, build, data }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {Plot | null} */ (null));
  const isDark = dark.value;
  useLayoutEffect(() => {
    const host = /** @type {HTMLDivElement} */ (box.current);
    const size = () => ({ width: host.clientWidth, height: host.clientHeight });
    const made = new uPlot(/** @type {any} */ ({ ...build(), ...size() }), data(), host);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize(size()));
    sizes.observe(host);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [isDark]);
  const shown = [state.a.history.value, state.b.history.value];
  useLayoutEffect(() => plot.current?.setData(data()), shown);
  useLayoutEffect(() => plot.current?.redraw(false), [state.step.value, state.fork.value]);
  return html`<div class="chart" ref=${box} role="img" aria-label=${label}></div>`;
}

/** What the curves have at the step shown. @param {import("./state.js").Side} side */
function at(side) {
  const step = state.shownStep(side);
  const { history } = side;
  const last = (/** @type {number[]} */ steps) => steps.findLastIndex((one) => one <= step);
  const [batch, held] = [last(history.value.step), last(history.value.held_out.step)];
  return {
    loss: history.value.loss[batch],
    accuracy: history.value.accuracy[batch],
    heldOut: history.value.held_out.accuracy[held],
  };
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
      <tr><th scope="row">Held out</th><td>${percent(one.heldOut)}</td><td>${percent(other.heldOut)}</td></tr>
    </tbody>
  </table>`;
}

export function Charts() {
  return html`<section class="compare-card charts" aria-labelledby="curves">
    <h2 id="curves">Curves <span class="curve-key"><i class="curve-line A" />A <i class="curve-line B" />B</span></h2>
    <${Numbers} />
    <h3>Loss, mean of 50 steps</h3>
    <${Chart} label="Loss of both runs over the steps" build=${lossOptions} data=${lossData} />
    <h3>Accuracy: training thin, held out with dots</h3>
    <${Chart} label="Accuracy of both runs over the steps" build=${accuracyOptions} data=${accuracyData} />
  </section>`;
}
