/**
 * The lines between all maps and kernels, always there and faint, each as wide as what flows through it for
 * the picture on the page. A step sends a wave through them: to the right, and back to the left.
 */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { cssColour } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { dark, reducedMotion } from "../../shared/media-queries.js";
import { slowLayer } from "../slow-motion/progress.js";
import { inPast, openedFilter, plan, playing, replay, run, slowTick, step } from "../state.js";
import { edge } from "./edges.js";
import { flows, sharesOf, signs } from "./flow-sizes.js";
import { inputsOf } from "./inputs.js";
import { currentFrame } from "./painter.js";

/** @typedef {import("./layout.js").Column} Column */
/** @typedef {{column: Column, source: Column, channel: number, read: number, k: number, path: Path2D, from: number, to: number}} Link
 *   `from`, `to`: where it is, from left to right */

const MOST = 1200; // lines; of more, every so many-th
const SWEEP_MS = 420; // of a wave, one way
const SLOW = 3; // steps a second up to which each has its wave
const WAVE_EVERY_MS = 1600; // while steps are too fast for one each
const WAVE_PX = 90;
const REST_MS = 300; // between two measurements while frames come

/** Where the line into a filter's k-th kernel ends: at the filter's edge, so that none crosses kernels.
 * @param {Column} column @param {import("./layout.js").Cell} cell @param {number} k */
function intoFilter(column, { whole }, k) {
  const down = (k + 0.5) / column.kernels;
  return { x: column.x + whole.x - 2, y: whole.y + down * whole.height };
}

/** Whether a line is of the filter that is unfolded, or of nothing that it covers.
 * @param {Column} column @param {Column} source @param {number} channel @param {number} read */
function isShown(column, source, channel, read) {
  const open = openedFilter.value;
  if (column.name === open?.layer) return channel === open.channel;
  return source.name !== open?.layer || read === open.channel;
}

/** The ends of lines at what is unfolded. @param {Column} column @param {{x: number, y: number}} end @param {"in" | "out"} side */
function atView(column, end, side) {
  const view = plan.value?.view;
  if (!view || column.name !== openedFilter.value?.layer) return end;
  return { ...end, x: side === "in" ? view.x : view.x + view.width };
}

/** Everything that reads something, as lines. @param {Column[]} columns @returns {Link[]} */
function linksOf(columns) {
  const unfolded = Boolean(plan.value?.view);
  const all = columns.flatMap((column) =>
    column.role === "label" || column.above || column.away || column.source?.away
      ? []
      : column.cells.flatMap((cell) =>
          inputsOf(column, cell.channel).flatMap(({ from, to, source, read, k }) => {
            if (unfolded && !isShown(column, source, cell.channel, read)) return [];
            const a = atView(source, edge(source, from, true), "out");
            const end = k < 0 ? edge(column, to, false) : intoFilter(column, cell, k);
            const b = atView(column, end, "in");
            return { column, source, channel: cell.channel, read, k, a, b };
          }),
        ),
  );
  const stride = Math.max(1, Math.ceil(all.length / MOST));
  return all
    .filter((_, i) => i % stride === 0)
    .map(({ a, b, ...rest }) => {
      const path = new Path2D();
      const bend = Math.max(6, (b.x - a.x) * 0.5);
      path.moveTo(a.x, a.y);
      path.bezierCurveTo(a.x + bend, a.y, b.x - bend, b.y, b.x, b.y);
      return { ...rest, path, from: a.x, to: b.x };
    });
}

/** When the wave began; none is under way after two sweeps. */
let waveMs = Number.NEGATIVE_INFINITY;

/** Where the wave is, 0 … 1 from left to right; null: there is none. @param {number} nowMs */
function waveAt(nowMs) {
  const age = (nowMs - waveMs) / SWEEP_MS;
  if (age < 0 || age > 2) return null;
  return age <= 1 ? age : 2 - age;
}

class FlowPainter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    /** @type {Link[]} */
    this.links = [];
    /** @type {number[]} */
    this.shares = [];
    /** @type {number[]} */
    this.signs = [];
    this.asked = 0;
    this.measuredMs = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {import("./layout.js").Plan} now */
  resize(now) {
    const dpr = devicePixelRatio;
    this.canvas.width = Math.round(now.width * dpr);
    this.canvas.height = Math.round(now.height * dpr);
    this.links = linksOf(now.columns);
    this.width = now.width;
  }

  /** At most a few times a second, and the last of a burst. */
  measureSoon() {
    clearTimeout(this.timer);
    const rest = REST_MS - (performance.now() - this.measuredMs);
    if (rest <= 0) this.measure();
    else this.timer = setTimeout(() => this.measure(), rest);
  }

  measure() {
    this.measuredMs = performance.now();
    const frame = currentFrame();
    this.shares = frame ? sharesOf(this.links, flows(this.links, frame)) : [];
    this.signs = frame ? signs(this.links, frame) : [];
    this.ask();
  }

  ask() {
    this.asked ||= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.asked = 0;
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const now = performance.now();
    const moves = !reducedMotion.peek();
    const [slow, wave] = [slowLayer.peek(), moves ? waveAt(now) : null];
    const front = wave === null ? null : wave * (this.width ?? 0);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.lineCap = "round";
    const accent = cssColour("--accent");
    const inks = [cssColour("--minus"), cssColour("--muted"), cssColour("--plus")];
    this.links.forEach((link, i) => {
      const share = this.shares[i] ?? 0;
      const here = slow?.layer === link.column.name;
      const near =
        front === null ? 0 : Math.exp(-((((link.from + link.to) / 2 - front) / WAVE_PX) ** 2));
      context.strokeStyle = here || near > 0.3 ? accent : inks[1 + (this.signs[i] ?? 0)];
      context.lineWidth = 0.5 + 2.5 * share ** 0.7;
      context.globalAlpha = Math.min(0.9, (0.07 + 0.3 * share) * (here ? 2.2 : 1 + 2 * near));
      context.setLineDash(here && moves ? [6, 6] : []);
      context.lineDashOffset = here && moves ? ((slow.back ? 1 : -1) * now) / 25 : 0;
      context.stroke(link.path);
    });
    if (moves && (slow || wave !== null)) this.ask();
  }
}

/** Whether each step is slow enough to be followed. */
const isSlow = () => {
  const pace = run.peek()?.steps_per_second ?? Number.POSITIVE_INFINITY;
  return !playing.peek() || pace <= SLOW;
};

/** @param {FlowPainter} painter @returns {() => void} undoes it */
function follow(painter) {
  const stops = [
    effect(() => {
      openedFilter.value;
      if (plan.value) painter.resize(plan.value);
      dark.value;
      painter.measure();
    }),
    effect(() => {
      slowTick.value;
      painter.measureSoon();
    }),
    effect(() => {
      replay.value;
      painter.ask();
    }),
    followSteps(painter),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** A wave for each step that can be followed, and now and then one while they are faster. @param {FlowPainter} painter */
function followSteps(painter) {
  let last = step.peek();
  return effect(() => {
    const now = step.value;
    const due = isSlow() ? now === last + 1 : performance.now() - waveMs > WAVE_EVERY_MS;
    if (now > last && due && !inPast.peek() && !replay.peek()) {
      waveMs = performance.now();
      painter.ask();
    }
    last = now;
  });
}

export function Flow() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const now = plan.value;
  useEffect(() => follow(new FlowPainter(/** @type {HTMLCanvasElement} */ (canvas.current))), []);
  if (!now) return null;
  return html`<canvas class="flow" ref=${canvas} role="img" aria-label="Lines between the maps, as wide as what flows through them"
    style=${{ width: `${now.width}px`, height: `${now.height}px` }}></canvas>`;
}
