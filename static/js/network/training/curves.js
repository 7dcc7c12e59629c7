/** Loss and accuracy over the steps, by uPlot, whose smallest build is a plain script. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { percent } from "../../shared/format.js";
import { labelRoom, trailingMean } from "../../shared/history.js";
import { html } from "../../shared/html.js";
import { dark } from "../../shared/theme.js";
import { look } from "../intents.js";
import { history, historyTick, now, past } from "../state.js";

/** @type {typeof import("uplot")} */
const uPlot = /** @type {any} */ (globalThis).uPlot;

/** @typedef {import("uplot").AlignedData} Data */

const SMOOTH = 50;
const WHOLE = [1, 2, 5]
  .flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((k) => n * 10 ** k))
  .sort((a, b) => a - b);

const colour = (/** @type {string} */ name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Where the curves end. */
const lastStep = () => Math.max(10, history.points.step.at(-1) ?? 0);

/** @returns {Data} raw loss, and its mean over the last 50 batches */
function lossData() {
  const { step, loss } = history.points;
  return [step, loss, trailingMean(loss, SMOOTH)];
}

/** @returns {Data} training, held out */
function accuracyData() {
  const { step, accuracy, held_out } = history.points;
  return uPlot.join([
    [step, accuracy],
    [held_out.step, held_out.accuracy],
  ]);
}

/** A line at the step of the past that is on the page. @param {import("uplot")} plot */
function mark({ ctx, bbox, valToPos }) {
  if (past.peek() === null) return;
  const x = Math.round(valToPos(/** @type {number} */ (past.peek()), "x", true));
  ctx.fillStyle = colour("--past");
  ctx.fillRect(x - devicePixelRatio, bbox.top, 2 * devicePixelRatio, bbox.height);
}

/** The curves are a way to a step too: pressed, and dragged.
 * @param {HTMLElement} over the plot's own area @param {(across: number) => void} go CSS pixels
 * @returns {() => void} undoes it */
function travel(over, go) {
  const move = (/** @type {PointerEvent} */ event) => {
    if (event.buttons & 1 && now.peek()) go(event.clientX - over.getBoundingClientRect().left);
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

/** @param {string} value of a custom property */
const axis = (value) => ({
  stroke: colour("--muted"),
  grid: { stroke: colour(value), width: 1 },
  ticks: { show: false },
  font: "11px system-ui, sans-serif",
});

/**
 * @param {number} width @param {number} height @param {import("uplot").Series[]} series
 * @param {{range?: [number, number], share?: boolean}} y
 * @returns {import("uplot").Options}
 */
function options(width, height, series, y) {
  const values = (/** @type {any} */ _, /** @type {number[]} */ ticks) =>
    ticks.map((v) => (y.share ? percent(v, 0) : String(v)));
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    hooks: { draw: [mark] },
    scales: {
      x: { time: false, range: () => [0, lastStep()] },
      y: { range: y.range ?? ((_u, _lo, hi) => [0, hi > 0 ? hi * 1.05 : 1]) },
    },
    axes: [
      { ...axis("--hair"), size: 22, space: 60, incrs: WHOLE },
      { ...axis("--hair"), size: 42, space: 24, values },
    ],
    padding: [6, () => labelRoom(lastStep()), 0, 0],
    series: [{}, ...series],
  };
}

/**
 * Keeps a plot in a box: made again for another theme or width, given its data four times a second.
 * @param {{label: string, build: (width: number, height: number) => import("uplot").Options,
 *   data: () => Data}} props
 */
function Chart({ label, build, data }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const isDark = dark.value;
  useLayoutEffect(() => {
    const host = /** @type {HTMLDivElement} */ (box.current);
    return mount(host, build, data);
  }, [isDark]);
  return html`<div class="chart" ref=${box} role="img" aria-label=${label}></div>`;
}

/**
 * @param {HTMLDivElement} host
 * @param {(width: number, height: number) => import("uplot").Options} build
 * @param {() => Data} data
 */
function mount(host, build, data) {
  const plot = new uPlot(build(host.clientWidth, host.clientHeight), data(), host);
  const stop = historyTick.subscribe(() => plot.setData(data()));
  const unmark = past.subscribe(() => plot.redraw(false));
  const leave = travel(plot.over, (across) => look(Math.round(plot.posToVal(across, "x"))));
  const sizes = new ResizeObserver(() =>
    plot.setSize({ width: host.clientWidth, height: host.clientHeight }),
  );
  sizes.observe(host);
  return () => {
    stop();
    unmark();
    leave();
    sizes.disconnect();
    plot.destroy();
  };
}

const faint = () => ({ stroke: colour("--faint"), width: 1, points: { show: false } });
const strong = () => ({ stroke: colour("--ink"), width: 1.75, points: { show: false } });

/** @param {number} width @param {number} height */
const lossChart = (width, height) => options(width, height, [faint(), strong()], {});

/** @param {number} width @param {number} height */
const accuracyChart = (width, height) =>
  options(
    width,
    height,
    [
      { stroke: colour("--muted"), width: 1.25, points: { show: false } },
      { ...strong(), spanGaps: true, points: { show: true, size: 5, fill: colour("--ink") } },
    ],
    { range: [0, 1], share: true },
  );

export function Curves() {
  return html`<section class="curves" aria-label="Curves">
    <h2>Loss <span class="curve-key"><i class="curve-line faint" />each batch <i class="curve-line" />mean of 50</span></h2>
    <${Chart} label="Loss over the steps" build=${lossChart} data=${lossData} />
    <h2>Accuracy <span class="curve-key"><i class="curve-line muted" />training <i class="curve-line dots" />held out</span></h2>
    <${Chart} label="Accuracy over the steps" build=${accuracyChart} data=${accuracyData} />
  </section>`;
}
