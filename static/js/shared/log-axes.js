/** Whether curves have logarithmic axes, which the browser remembers; and the scales and ticks of those. */
import { effect, signal } from "@preact/signals";

const KEY = "convscope-log-axes";
const LEAST = 1e-6; // a loss of 0 has no logarithm, and is drawn here

export const logAxes = signal(stored());

function stored() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false; // storage is switched off: the choice holds for this visit
  }
}

effect(() => {
  const kept = logAxes.value ? "yes" : "no";
  try {
    localStorage.setItem(KEY, kept);
  } catch {
    // as above
  }
});

/** @typedef {{fwd: (value: number) => number, bwd: (place: number) => number}} Transform */

/** Step 0 has a place too. @type {Transform} */
export const LOG_STEPS = { fwd: (step) => Math.log10(step + 1), bwd: (place) => 10 ** place - 1 };

/** @type {Transform} */
export const LOG_LOSS = {
  fwd: (loss) => Math.log10(Math.max(loss, LEAST)),
  bwd: (place) => 10 ** place,
};

/** From the lowest to the highest loss, with a little room. @param {number | null} low @param {number | null} high @returns {[number, number]} */
export function lossRange(low, high) {
  const top = Math.max(high ?? 1, LEAST);
  const foot = Math.min(Math.max(low ?? top, LEAST), top / 2);
  return [foot / 1.1, top * 1.1];
}

const POWERS = Array.from({ length: 24 }, (_, i) => i - 7);
const scaled = (/** @type {number[]} */ parts, /** @type {number[]} */ powers) =>
  powers.flatMap((power) => parts.map((part) => Number(`${part}e${power}`)));
const EVENLY = scaled([1, 2, 5], POWERS); // apart, where a decade is not even there
const CHOICES = [
  ...[[1, 2, 3, 5, 7], [1, 2, 5], [1]].map((parts) => scaled(parts, POWERS)),
  ...[2, 3, 4, 6].map((every) =>
    scaled(
      [1],
      POWERS.filter((power) => power % every === 0),
    ),
  ),
];

/** Multiples of a number. @param {number} low @param {number} high @param {number} apart */
function multiples(low, high, apart) {
  const first = Math.ceil(low / apart);
  const count = Math.min(Math.floor(high / apart) - first + 1, 100);
  return Array.from({ length: count }, (_, i) => Number(((first + i) * apart).toPrecision(9)));
}

/** The first choice whose values have room. @param {number[][]} choices @param {Transform["fwd"]} fwd @param {number} least between two places */
const roomy = (choices, fwd, least) =>
  choices.find((ticks) => ticks.every((tick, i) => !i || fwd(tick) - fwd(ticks[i - 1]) >= least)) ??
  [];

/** Round losses on a logarithmic axis. @param {number} low @param {number} high at its ends @param {number} apart the least share of the axis between two */
export function lossTicks(low, high, apart) {
  const { fwd } = LOG_LOSS;
  const choices =
    high < 4 * low
      ? EVENLY.map((one) => multiples(low, high, one))
      : CHOICES.map((ticks) => ticks.filter((tick) => tick >= low && tick <= high));
  return roomy(choices, fwd, apart * (fwd(high) - fwd(low)));
}

/** Round steps from 0 on. @param {number} end @param {number} apart as above */
export function stepTicks(end, apart) {
  const { fwd } = LOG_STEPS;
  const least = apart * fwd(end);
  const inside = (/** @type {number} */ tick) => tick >= 1 && tick <= end && fwd(tick) >= least;
  return [
    0,
    ...roomy(
      CHOICES.map((ticks) => ticks.filter(inside)),
      fwd,
      least,
    ),
  ];
}

/** A loss beside an axis, short. @param {number} loss */
export const tickText = (loss) =>
  loss >= 100_000 || (loss > 0 && loss < 0.001)
    ? loss.toExponential().replace("e-", "e−").replace("e+", "e")
    : String(loss);
