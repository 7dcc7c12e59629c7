/**
 * The curves' data: points in the order of their step, joined from REST and from frames.
 * @typedef {import("./frame.js").History} History
 */

const MOST_POINTS = 6000;

/** @returns {History} */
export const emptyHistory = () => ({
  step: [],
  loss: [],
  accuracy: [],
  held_out: { step: [], accuracy: [] },
});

/**
 * Joins two sorted columns by step; where both have a step, the newer one counts.
 * @template {Record<string, any[]>} T
 * @param {T} older @param {T} newer @param {(keyof T & string)[]} columns without `step`
 * @returns {T}
 */
function union(older, newer, columns) {
  /** @type {Record<string, any[]>} */
  const out = { step: [] };
  for (const column of columns) out[column] = [];
  const take = (/** @type {T} */ from, /** @type {number} */ i) => {
    out.step.push(from.step[i]);
    for (const column of columns) out[column].push(from[column][i]);
  };
  let i = 0;
  for (let j = 0; j < newer.step.length; j++) {
    while (i < older.step.length && older.step[i] < newer.step[j]) take(older, i++);
    if (older.step[i] === newer.step[j]) i++;
    take(newer, j);
  }
  while (i < older.step.length) take(older, i++);
  return /** @type {T} */ (out);
}

/**
 * The union of two histories by step; `newer` wins where both have a step.
 * @param {History} older @param {History} newer
 * @returns {History}
 */
export function mergeHistory(older, newer) {
  const { held_out: olderHeld, ...olderBatches } = older;
  const { held_out: newerHeld, ...newerBatches } = newer;
  const batches = union(olderBatches, newerBatches, ["loss", "accuracy"]);
  return { ...batches, held_out: union(olderHeld, newerHeld, ["accuracy"]) };
}

/**
 * Adds the points of a frame to a history in place: appends where it can, else joins.
 * @param {History} history @param {History} points
 * @returns {History} the same object, or the joined one
 */
export function addPoints(history, points) {
  const { step } = history;
  const follows = !points.step.length || !step.length || points.step[0] > step[step.length - 1];
  const held = history.held_out.step;
  const { held_out } = points;
  const heldFollows =
    !held_out.step.length || !held.length || held_out.step[0] > held[held.length - 1];
  if (!follows || !heldFollows) return mergeHistory(history, points);
  step.push(...points.step);
  history.loss.push(...points.loss);
  history.accuracy.push(...points.accuracy);
  held.push(...held_out.step);
  history.held_out.accuracy.push(...held_out.accuracy);
  return step.length > MOST_POINTS ? thin(history) : history;
}

/** Every second point of the batches; held-out points are few and stay. @param {History} history */
function thin(history) {
  const keep = (/** @type {unknown} */ _, /** @type {number} */ i) => i % 2 === 1;
  return {
    step: history.step.filter(keep),
    loss: history.loss.filter(keep),
    accuracy: history.accuracy.filter(keep),
    held_out: history.held_out,
  };
}

/**
 * What a history has of steps after `after` and up to `upTo`, both steps.
 * @param {History} history @param {number} after @param {number} upTo
 * @returns {History}
 */
export function between(history, after, upTo) {
  const inside = (/** @type {number} */ step) => step > after && step <= upTo;
  const pick = (/** @type {any[]} */ column, /** @type {number[]} */ steps) =>
    column.filter((_, i) => inside(steps[i]));
  const { step, held_out } = history;
  return {
    step: step.filter(inside),
    loss: pick(history.loss, step),
    accuracy: pick(history.accuracy, step),
    held_out: {
      step: held_out.step.filter(inside),
      accuracy: pick(held_out.accuracy, held_out.step),
    },
  };
}

/**
 * What the server has is the truth; frames that came while it was fetched continue it.
 * @param {History} fetched @param {History} local @param {number} step the run's step now
 * @returns {History}
 */
export function reconcile(fetched, local, step) {
  const last = fetched.step.length ? fetched.step[fetched.step.length - 1] : 0;
  return mergeHistory(fetched, between(local, last, step));
}

/**
 * Means over a window that looks back, for a curve that can be read through its noise.
 * @param {(number | null)[]} values @param {number} window in points
 * @returns {(number | null)[]}
 */
export function trailingMean(values, window) {
  let sum = 0;
  let n = 0;
  return values.map((value, i) => {
    if (value !== null) [sum, n] = [sum + value, n + 1];
    const gone = i >= window ? values[i - window] : null;
    if (gone !== null) [sum, n] = [sum - gone, n - 1];
    return n ? sum / n : null;
  });
}

const HALF_DIGIT = 3.5; // CSS pixels, of the digits under a curve

/** Room to the right of a curve for half of the label under its end, CSS pixels.
 * @param {number} last step there */
export const labelRoom = (last) => Math.max(8, Math.ceil(HALF_DIGIT * String(last).length) + 2);
