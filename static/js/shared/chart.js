/** One chart of curves over the steps, by uPlot, whose smallest build is a plain script. */
import { effect, untracked } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { percent } from "./format.js";
import { cssColour } from "./heatmap/palette.js";
import { html } from "./html.js";
import {
  LOG_LOSS,
  LOG_STEPS,
  logAxes,
  lossRange,
  lossTicks,
  stepTicks,
  tickText,
} from "./log-axes.js";
import { dark } from "./media-queries.js";
import { labelRoom, valueRoom } from "./metric-history.js";

/** @type {typeof import("uplot")} */
export const uPlot = /** @type {any} */ (globalThis).uPlot;

/**
 * @typedef {import("uplot").AlignedData} Data
 * @typedef {import("uplot")} Plot
 * @typedef {import("uplot").Series} Series
 *
 * @typedef {object} Mark
 * @property {number} step
 * @property {string} colour a custom property of the style sheet
 * @property {number} [width] CSS pixels
 * @property {number[]} [dash] CSS pixels
 * @property {string} [word] beside its top
 *
 * @typedef {object} Curves
 * @property {string} label for those who do not see it
 * @property {() => Series[]} series asked for again when the theme changes
 * @property {() => Data} data reads signals: drawn again whenever one changes
 * @property {() => number} lastStep where the curves end
 * @property {() => Mark[]} marks lines across the curves; reads signals too
 * @property {() => import("uplot").Band[]} [bands] filled between two series
 * @property {boolean} [isShare] 0 to 100%
 * @property {(step: number) => void} [onStep] a press on the chart, or a drag over it, leads there
 */

const ENDS_AT_LEAST = 10; // steps
const STEP_LABEL = 46; // CSS pixels, with the room to the next
const LOSS_LABEL = 18;
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((k) => n * 10 ** k))
  .sort((a, b) => a - b);

/** A curve in a colour of the style sheet. @param {string} name @param {number} width @param {boolean} [spanGaps] @returns {Series} */
export const curve = (name, width, spanGaps = false) => ({
  stroke: cssColour(name),
  width,
  spanGaps,
  points: { show: false },
});

/** A dot at each value, and lines between them. @param {string} name @param {number} width @param {number} size @returns {Series} */
export const dottedCurve = (name, width, size) => ({
  ...curve(name, width, true),
  points: { show: true, size, fill: cssColour(name) },
});

/** @param {Plot} plot @param {Mark[]} marks */
function drawMarks(plot, marks) {
  for (const mark of marks) drawMark(plot, mark);
}

/** @param {Plot} plot @param {Mark} mark */
function drawMark({ ctx, bbox, valToPos }, { step, colour, width = 1, dash = [], word }) {
  const x = Math.round(valToPos(step, "x", true));
  const px = (/** @type {number} */ length) => length * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = cssColour(colour);
  ctx.lineWidth = px(width);
  ctx.setLineDash(dash.map(px));
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  if (word) {
    const isRight = x > bbox.left + bbox.width * 0.8;
    ctx.font = `${px(11)}px system-ui, sans-serif`;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.fillText(word, x + px(isRight ? -5 : 5), bbox.top + px(11));
  }
  ctx.restore();
}

/** @typedef {import("uplot").Scale} Scale @typedef {import("uplot").Axis} Axis */

/** uPlot itself would label powers of ten alone. @type {Axis["filter"]} */
const EVERY_TICK = (_plot, ticks) => ticks;

/** @param {() => number} end @param {boolean} isLog @returns {{scale: Scale, axis: Axis}} */
function stepAxis(end, isLog) {
  /** @type {Scale} */
  const scale = { time: false, range: () => [0, end()] };
  if (!isLog) return { scale, axis: { incrs: WHOLE_STEPS } };
  return {
    scale: { ...scale, distr: 100, ...LOG_STEPS },
    axis: {
      filter: EVERY_TICK,
      splits: (plot) => stepTicks(end(), STEP_LABEL / plot.over.clientWidth),
      values: (_plot, ticks) => ticks.map((step) => step.toLocaleString("en-US")),
    },
  };
}

/** @param {boolean | undefined} isShare @param {boolean} isLog @returns {{scale: Scale, axis: Axis}} */
function valueAxis(isShare, isLog) {
  /** @type {Axis["values"]} */
  const values = (_, ticks) => ticks.map((v) => (isShare ? percent(v, 0) : tickText(v)));
  if (isShare) return { scale: { range: [0, 1] }, axis: { values } };
  if (!isLog)
    return { scale: { range: (_u, _lo, hi) => [0, hi > 0 ? hi * 1.05 : 1] }, axis: { values } };
  return {
    scale: { distr: 100, ...LOG_LOSS, range: (_u, low, high) => lossRange(low, high) },
    axis: {
      values,
      filter: EVERY_TICK,
      splits: (plot, _axis, low, high) => lossTicks(low, high, LOSS_LABEL / plot.over.clientHeight),
    },
  };
}

/** @param {Curves} curves @param {boolean} isLog @returns {Omit<import("uplot").Options, "width" | "height">} */
function optionsOf({ series, lastStep, marks, bands, isShare }, isLog) {
  const large = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const axis = {
    stroke: cssColour("--muted"),
    grid: { stroke: cssColour("--hair"), width: 1 },
    ticks: { show: false },
    font: `${11 * large}px system-ui, sans-serif`,
  };
  const end = () => Math.max(ENDS_AT_LEAST, lastStep());
  const [steps, values] = [stepAxis(end, isLog), valueAxis(isShare, isLog)];
  return {
    legend: { show: false },
    cursor: { show: false },
    hooks: { draw: [(plot) => untracked(() => drawMarks(plot, marks()))] },
    scales: { x: steps.scale, y: values.scale },
    axes: [
      { ...axis, size: 22 * large, space: 60 * large, ...steps.axis },
      {
        ...axis,
        size: (_plot, texts) => valueRoom(texts) * large,
        space: 24 * large,
        ...values.axis,
      },
    ],
    bands: bands?.(),
    padding: [6 * large, () => labelRoom(end()) * large, 0, 0],
    series: [{}, ...series()],
  };
}

/**
 * @param {HTMLElement} over the plot's own area @param {(across: number) => void} go CSS pixels
 * @returns {() => void} undoes it
 */
function followPointer(over, go) {
  const move = (/** @type {PointerEvent} */ event) => {
    if (event.buttons & 1) go(event.clientX - over.getBoundingClientRect().left);
  };
  const press = (/** @type {PointerEvent} */ event) => {
    over.setPointerCapture(event.pointerId);
    move(event);
  };
  over.addEventListener("pointerdown", press);
  over.addEventListener("pointermove", move);
  return () => {
    over.removeEventListener("pointerdown", press);
    over.removeEventListener("pointermove", move);
  };
}

/** Keeps a plot in a box. @param {HTMLElement} host @param {Curves} curves @param {boolean} isLog @returns {() => void} removes it */
function mount(host, curves, isLog) {
  const size = () => ({ width: host.clientWidth, height: host.clientHeight });
  const plot = new uPlot({ ...optionsOf(curves, isLog), ...size() }, curves.data(), host);
  const stopData = effect(() => plot.setData(curves.data()));
  const stopMarks = effect(() => {
    curves.marks(); // is read again when they are drawn
    plot.redraw(false);
  });
  const { onStep } = curves;
  const leave =
    onStep && followPointer(plot.over, (across) => onStep(Math.round(plot.posToVal(across, "x"))));
  const sizes = new ResizeObserver(() => plot.setSize(size()));
  sizes.observe(host);
  return () => {
    stopData();
    stopMarks();
    leave?.();
    sizes.disconnect();
    plot.destroy();
  };
}

/** @param {Curves} curves made again for another theme, and for other axes */
export function Chart(curves) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [isDark, isLog] = [dark.value, logAxes.value];
  useLayoutEffect(
    () => mount(/** @type {HTMLDivElement} */ (box.current), curves, isLog),
    [isDark, isLog],
  );
  return html`<div class="chart" ref=${box} role="img" aria-label=${curves.label}></div>`;
}

/** The switch for logarithmic axes of all charts. @param {{text?: string}} props `text`: where there is little room */
export const LogSwitch = ({ text = "logarithmic axes" }) =>
  html`<label class="check log-switch" title="Logarithmic axes for steps and loss"><input type="checkbox" role="switch" aria-label="logarithmic axes" checked=${logAxes.value} onChange=${(
    /** @type {Event} */ event,
  ) => {
    logAxes.value = /** @type {HTMLInputElement} */ (event.target).checked;
  }} />${text}</label>`;
