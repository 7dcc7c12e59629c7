/** How numbers are spread over the steps, as arithmetic: which steps are asked for, and what is drawn of them. */

import { short, withMinus } from "../../../shared/format.js";

/** @typedef {import("../../../shared/inspect-server.js").Distributions} Distributions */
/** @typedef {Distributions["distributions"][number]} Distribution */
/** @typedef {Distribution["histogram"]} Histogram */

const MOST = 16; // steps apart from the one looked at and the last

/** Steps at even distances, which a longer run keeps or thins to every second, the last one and the
 * one looked at, ascending. @param {number} last @param {number} at */
export function askedSteps(last, at) {
  let each = 1;
  while (last / each > MOST) each *= 2;
  const even = Array.from({ length: Math.floor(last / each) + 1 }, (_, i) => i * each);
  return [...new Set([...even, Math.min(at, last), last])].sort((a, b) => a - b);
}

/** Below which value a share of the numbers is, as if they were even within a bin.
 * @param {Histogram} histogram with a bin at least @param {number} share */
export function quantile({ edges, counts, finite }, share) {
  let left = share * finite;
  for (const [i, count] of counts.entries()) {
    if (count > 0 && left <= count) return edges[i] + (left / count) * (edges[i + 1] - edges[i]);
    left -= count;
  }
  return edges[edges.length - 1];
}

/** The counts of a histogram in as many rows between two values, as if they were even within a bin.
 * What is beyond is in no row. @param {Histogram} histogram @param {[number, number]} range @param {number} rows */
export function onRows({ edges, counts }, [low, high], rows) {
  const found = new Array(rows).fill(0);
  const size = (high - low) / rows;
  for (const [i, count] of counts.entries()) {
    const [from, to] = [edges[i], edges[i + 1]];
    const first = Math.max(0, Math.floor((from - low) / size));
    const last = Math.min(rows - 1, Math.floor((to - low) / size));
    for (let row = first; row <= last; row++) {
      const inside = Math.min(to, low + (row + 1) * size) - Math.max(from, low + row * size);
      found[row] += count * (to > from ? Math.max(0, inside) / (to - from) : 1);
    }
  }
  return found;
}

const OUTSIDE = 0.005; // of each step's numbers, at either end

/** The values that hold the middle 99% at every step. @param {Histogram[]} histograms @returns {[number, number] | null} */
export function middleRange(histograms) {
  const some = histograms.filter(({ counts }) => counts.length > 0);
  if (!some.length) return null;
  const low = Math.min(...some.map((one) => quantile(one, OUTSIDE)));
  const high = Math.max(...some.map((one) => quantile(one, 1 - OUTSIDE)));
  const room = high > low ? 0 : Math.abs(high) / 2 || 1;
  return [low - room, high + room];
}

/** Round numbers within two values, at most so many. @param {[number, number]} range @param {number} most */
export function roundTicks([low, high], most) {
  const least = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const each = power * ([1, 2, 5].find((n) => n * power >= least) ?? 10);
  const [first, last] = [Math.ceil(low / each), Math.floor(high / each)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * each).toPrecision(12)),
  );
}

/** Numbers at even distances, all with as many decimals. @param {number[]} ticks */
export function tickTexts(ticks) {
  const each = ticks.length > 1 ? ticks[1] - ticks[0] : Math.abs(ticks[0]);
  if (!(each >= 1e-4 && each < 1e5)) return ticks.map(short);
  const decimals = Math.max(0, -Math.floor(Math.log10(each) + 1e-9));
  return ticks.map((one) => withMinus(one.toFixed(decimals)).replace(/^−(0\.?0*)$/, "$1"));
}

/** With bins put together where there are few numbers. @param {Histogram} histogram @returns {Histogram} */
export function readable(histogram) {
  const { counts, edges, finite } = histogram;
  const by = finite < 100 ? 4 : finite < 400 ? 2 : 1;
  if (by === 1 || !counts.length || counts.length % by) return histogram;
  const starts = counts.flatMap((_, i) => (i % by ? [] : [i]));
  return {
    ...histogram,
    counts: starts.map((i) => counts.slice(i, i + by).reduce((sum, one) => sum + one, 0)),
    edges: [...starts.map((i) => edges[i]), edges[edges.length - 1]],
  };
}

/** @param {number[]} steps @param {number} at the nearest one's index */
export function nearestStep(steps, at) {
  const far = steps.map((one) => Math.abs(one - at));
  return far.indexOf(Math.min(...far));
}

const TENSORS = { weight: "weights", bias: "biases", output: "maps" };
const WORDS = { value: "", gradient: "gradients of ", update: "updates of " };

/** @param {{tensor: string, of: string}} what "gradients of weights" */
export const nameOf = ({ tensor, of }) =>
  `${WORDS[/** @type {"value"} */ (of)] ?? `${of} of `}${TENSORS[/** @type {"bias"} */ (tensor)] ?? tensor}`;

/** What an axis of such numbers counts in. @param {{tensor: string, of: string}} what */
export function unitOf({ tensor, of }) {
  if (tensor === "output") return "value of the map";
  const one = { weight: "weight", bias: "bias" }[tensor] ?? tensor;
  if (of === "gradient") return `loss per unit of the ${one}`;
  return of === "update" ? `change of the ${one} in one step` : `value of the ${one}`;
}
