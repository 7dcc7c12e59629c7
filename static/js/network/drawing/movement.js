/**
 * How far each weight moved in its last updates, from one frame's weights to the next: what lights up in
 * the kernels while a network learns. No canvas, no clock of its own.
 *
 * Up to three steps a second every step is shown by itself and fades; faster, the steps are smoothed into
 * a steady light, so that nothing flashes (WCAG 2.3.1 allows three flashes a second).
 *
 * @typedef {import("./layout.js").Column} Column
 * @typedef {import("../../shared/frame.js").Frame} Frame
 * @typedef {{weights: Float32Array, step: number, ms: number, moved: Float32Array, full: number, most: number}} Layer
 *   `moved`: size of one update of each weight, smoothed; `full`: what is as bright as it gets; `most`: the filter that moved most, −1: none
 */
import { keyOf } from "../../shared/frame.js";
import { fittingSize } from "./scales.js";

const SLOW_STEP_MS = 1000 / 3; // steps that are further apart are shown one by one
const SMOOTH_MS = 800; // of the mean over fast steps
const FADE_MS = 200; // to 1/e: nearly gone after 400
const SPREAD = 0.75; // below 1: small updates are seen too
const FORGET_MS = 2000; // to 1/e: brightness follows the updates as they become smaller
const REST = 0.5; // of the light that stays: a page that rests shows the last update
const WAIT_MS = 700; // before a steady light begins to fade
const CLEARLY = 1.25; // times the movement of the one that is marked, to be marked instead
const UPDATED = ["train", "step", "pause", "evaluate"]; // frames that training leads to

export class Movement {
  /** @type {Map<string, Layer>} */
  #layers = new Map();
  #run = "";
  #hitMs = Number.NEGATIVE_INFINITY; // when the light was last brightest
  #waitMs = 0;

  /**
   * The newest frame of the present; the same one again changes nothing.
   * @param {Frame} frame @param {Column[]} columns @param {number} nowMs a clock
   * @param {boolean} still nothing may move by itself
   */
  observe(frame, columns, nowMs, still) {
    const { run, step, reason } = frame.header;
    if (run !== this.#run) this.#layers.clear();
    this.#run = run;
    for (const { name, role } of columns) {
      if (role !== "conv" && role !== "classes") continue;
      const section = frame.sections.get(keyOf(name, "weight"));
      if (section?.dtype !== "f32") continue;
      const weights = /** @type {Float32Array} */ (section.values);
      const known = this.#layers.get(name);
      if (known?.weights.length !== weights.length || step < known.step)
        this.#layers.set(name, newLayer(weights, step, nowMs));
      else if (step === known.step)
        known.weights = weights; // an intervention moves no weight by learning
      else if (UPDATED.includes(reason))
        this.#stepped(known, weights, section.shape[0], step, nowMs, still);
      else this.#layers.set(name, newLayer(weights, step, nowMs));
    }
  }

  /** @param {Layer} layer @param {Float32Array} weights @param {number} filters @param {number} step @param {number} nowMs @param {boolean} still */
  #stepped(layer, weights, filters, step, nowMs, still) {
    const [steps, ms] = [step - layer.step, nowMs - layer.ms];
    const slow = ms / steps >= SLOW_STEP_MS && !still;
    const share = slow ? 1 : 1 - Math.exp(-ms / SMOOTH_MS);
    const { moved } = layer;
    for (let i = 0; i < weights.length; i++) {
      const size = Math.abs(weights[i] - layer.weights[i]) / steps;
      moved[i] += share * ((size < Number.POSITIVE_INFINITY ? size : 0) - moved[i]);
    }
    layer.full = Math.max(fittingSize(moved), layer.full * Math.exp(-ms / FORGET_MS));
    layer.most = mostMoved(moved, filters, layer.most);
    Object.assign(layer, { weights, step, ms: nowMs });
    this.#hitMs = nowMs;
    this.#waitMs = slow ? 0 : WAIT_MS;
  }

  /**
   * How bright a layer's weights are: 0 of one that did not move, 1 at most.
   * @param {string} name @param {number} nowMs @param {boolean} still
   * @returns {((i: number) => number) | null} of a weight by its place in the tensor; null: none moved
   */
  light(name, nowMs, still) {
    const layer = this.#layers.get(name);
    if (!layer?.full) return null;
    const { moved, full } = layer;
    const strength = still ? REST : this.#strength(nowMs);
    return (i) => strength * Math.min(1, moved[i] / full) ** SPREAD;
  }

  /** @param {number} nowMs */
  #strength(nowMs) {
    const age = Math.max(0, nowMs - this.#hitMs - this.#waitMs);
    return REST + (1 - REST) * Math.exp(-age / FADE_MS);
  }

  /** Whether the light is still on its way down. @param {number} nowMs */
  isFading(nowMs) {
    const age = nowMs - this.#hitMs - this.#waitMs;
    return age > -this.#waitMs && age < 5 * FADE_MS;
  }

  /** The filters that moved most, by layer. @returns {Record<string, number>} */
  most() {
    const found = [...this.#layers].filter(([, layer]) => layer.most >= 0);
    return Object.fromEntries(found.map(([name, { most }]) => [name, most]));
  }
}

/** @param {Float32Array} weights @param {number} step @param {number} ms @returns {Layer} */
const newLayer = (weights, step, ms) => ({
  weights,
  step,
  ms,
  moved: new Float32Array(weights.length),
  full: 0,
  most: -1,
});

/**
 * The filter whose weights moved most together; the one that is marked stays until another is clearly ahead.
 * @param {Float32Array} moved @param {number} filters @param {number} marked @returns {number} −1: none moved
 */
export function mostMoved(moved, filters, marked) {
  const each = moved.length / filters;
  const sums = new Float64Array(filters);
  for (let i = 0; i < moved.length; i++) sums[Math.floor(i / each)] += moved[i] ** 2;
  const best = sums.reduce((at, sum, f) => (sum > sums[at] ? f : at), 0);
  if (!(sums[best] > 0)) return -1;
  return marked >= 0 && sums[best] < CLEARLY ** 2 * sums[marked] ? marked : best;
}
