/**
 * The curves' data in bounded memory, whatever the length of a run: points of blocks of steps, the
 * very same whether frames brought them one by one or the server answers with all of them
 * (`convscope/storage/step_blocks.py` makes the same blocks).
 *
 * @typedef {import("./frame.js").History} History
 * @typedef {Omit<History, "accuracy">} Points
 * @typedef {Points & {widest: number, stale: boolean}} Curve
 *   `widest`: its longest blocks have 2^widest steps; `stale`: something came that fits no block, so
 *   that the server is to be asked again
 */

export const MOST_POINTS = 4096;
const HEAD_BITS = 6;
const HEAD = 2 ** HEAD_BITS; // no block is longer than 1/64 of the steps before it

/** @returns {Curve} */
export const emptyCurve = () => ({ ...noPoints(), widest: 0, stale: false });

/** @returns {Points} */
const noPoints = () => ({
  step: [],
  steps: [],
  loss: [],
  lowest: [],
  highest: [],
  mean_accuracy: [],
  held_out: { step: [], accuracy: [] },
});

/** @returns {History} */
export const emptyHistory = () => ({ ...noPoints(), accuracy: [] });

/** The number of the block that a step is in, from 0. @param {number} step @param {number} widest */
function blockOf(step, widest) {
  const before = step - 1;
  const size = Math.min(Math.max(Math.floor(Math.log2(before)) - HEAD_BITS, 0), widest);
  return size * HEAD + Math.floor(before / 2 ** size);
}

/** Of a curve that goes up to a step. @param {number} step */
function widestFor(step) {
  let widest = 0;
  while (blockOf(step, widest) >= MOST_POINTS) widest++;
  return widest;
}

/** The last step. @param {{step: number[]}} points */
export const endOf = ({ step }) => step.at(-1) ?? 0;

/** What the server answered. @param {History} history @returns {Curve} */
export function curveOf({ accuracy: _, held_out, ...points }) {
  const curve = { ...emptyCurve(), ...points, widest: widestFor(endOf(points)) };
  addHeldOut(curve.held_out, held_out);
  return curve;
}

/**
 * Adds what a frame tells, in place; what the curve has already is passed over.
 * @param {Curve} curve @param {History} news
 */
export function addPoints(curve, news) {
  const widest = widestFor(endOf(news));
  if (widest > curve.widest) widen(curve, widest);
  for (let i = 0; i < news.step.length; i++) {
    const end = endOf(curve);
    if (news.step[i] <= end) continue;
    if (!follows(curve, news.step[i] - news.steps[i] + 1, news.step[i])) curve.stale = true;
    take(curve, news, i);
  }
  addHeldOut(curve.held_out, news.held_out);
}

/** Whether a point of these steps goes on from the curve's end, within one block. @param {Curve} curve @param {number} first @param {number} last */
const follows = (curve, first, last) =>
  first === endOf(curve) + 1 && blockOf(first, curve.widest) === blockOf(last, curve.widest);

/** A point more, or the same block's point for more steps. @param {Curve} curve @param {Points} from @param {number} i */
function take(curve, from, i) {
  const end = endOf(curve);
  const within = end > 0 && blockOf(end, curve.widest) === blockOf(from.step[i], curve.widest);
  if (within) join(curve, curve.step.length - 1, from, i);
  else push(curve, from, i);
}

/** @param {Curve} curve @param {Points} from @param {number} i */
function push(curve, from, i) {
  curve.step.push(from.step[i]);
  curve.steps.push(from.steps[i]);
  curve.loss.push(from.loss[i]);
  curve.lowest.push(from.lowest[i]);
  curve.highest.push(from.highest[i]);
  curve.mean_accuracy.push(from.mean_accuracy[i]);
}

/** @param {Curve} curve @param {number} last its last point @param {Points} from @param {number} i */
function join(curve, last, from, i) {
  curve.step[last] = from.step[i];
  curve.steps[last] += from.steps[i];
  const share = from.steps[i] / curve.steps[last];
  const mean = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
  curve.loss[last] = both(curve.loss[last], from.loss[i], mean);
  curve.mean_accuracy[last] = both(curve.mean_accuracy[last], from.mean_accuracy[i], mean);
  curve.lowest[last] = both(curve.lowest[last], from.lowest[i], Math.min);
  curve.highest[last] = both(curve.highest[last], from.highest[i], Math.max);
}

/** Of two numbers the one that is there, where a loop has not told the other.
 * @param {number | null} a @param {number | null} b @param {(a: number, b: number) => number} of */
const both = (a, b, of) => (a === null ? b : b === null ? a : of(a, b));

/** Blocks of twice the length, once whenever a run has become twice as long. @param {Curve} curve @param {number} widest */
function widen(curve, widest) {
  const { held_out, stale, ...before } = curve;
  const old = { ...before, held_out };
  Object.assign(curve, noPoints(), { held_out, stale, widest });
  for (let i = 0; i < old.step.length; i++) take(curve, old, i);
}

/** Newer measurements, of which the last counts where a step was measured twice.
 * @param {Points["held_out"]} held @param {Points["held_out"]} news */
function addHeldOut(held, news) {
  for (let i = 0; i < news.step.length; i++) {
    const last = held.step.at(-1) ?? -1;
    if (news.step[i] < last) continue;
    const at = held.step.length - (news.step[i] === last ? 1 : 0);
    held.step[at] = news.step[i];
    held.accuracy[at] = news.accuracy[i];
  }
}

/** Forgets the steps after one, in place. @param {Curve} curve @param {number} step */
export function cutAfter(curve, step) {
  const { step: steps, held_out } = curve;
  const kept = steps.findLastIndex((one) => one <= step) + 1;
  const shorter = widestFor(step) < curve.widest || (steps[kept - 1] ?? 0) < step;
  for (const column of [steps, curve.steps, curve.loss]) column.length = kept;
  for (const column of [curve.lowest, curve.highest, curve.mean_accuracy]) column.length = kept;
  const measured = held_out.step.findLastIndex((one) => one <= step) + 1;
  held_out.step.length = held_out.accuracy.length = measured;
  curve.widest = widestFor(step);
  curve.stale = step > 0 && (curve.stale || shorter);
}

const MEAN_OF = 50; // steps

/** How many steps a curve's mean is of, where its points are of `block` steps. @param {number} block */
export const meanOf = (block) => Math.ceil(MEAN_OF / block) * block;

/** The curve of the loss that can be read through its noise. @param {Points} points */
export const meanLoss = ({ loss, steps }) => trailingMean(loss, steps, MEAN_OF);

/**
 * Means that look back over at least so many steps; a point of more steps is its own mean.
 * @param {(number | null)[]} means of each point's steps; null: it was not told @param {number[]} steps how many
 * @param {number} window in steps
 * @returns {(number | null)[]} null before there is one
 */
export function trailingMean(means, steps, window) {
  let sum = 0;
  let count = 0;
  let oldest = 0;
  const told = (/** @type {number} */ i) => (means[i] === null ? 0 : steps[i]);
  return means.map((mean, i) => {
    sum += (mean ?? 0) * told(i);
    count += told(i);
    while (oldest < i && count - told(oldest) >= window) {
      sum -= (means[oldest] ?? 0) * told(oldest);
      count -= told(oldest++);
    }
    return count ? sum / count : null;
  });
}

const HALF_DIGIT = 3.5; // CSS pixels, of the digits under a curve

/** Room to the left of curves for the longest of the values there, CSS pixels. @param {string[] | null} texts */
export const valueRoom = (texts) =>
  Math.max(42, ...(texts ?? []).map((text) => Math.ceil(2 * HALF_DIGIT * text.length) + 7));

/** Room to the right of a curve for half of the label under its end, CSS pixels.
 * @param {number} last step there */
export const labelRoom = (last) => Math.max(8, Math.ceil(HALF_DIGIT * String(last).length) + 2);
