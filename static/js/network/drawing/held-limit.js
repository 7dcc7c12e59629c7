/**
 * The end of one colour scale, −limit … +limit, that holds still while a network trains, so that a
 * colour that changes is a number that changed. It is 1, 2 or 5 times a power of ten. It grows when the
 * numbers have crossed it, and shrinks only when they have been far below it for long.
 */

const STRETCH = 32; // frames that are judged together
const SHARE = 0.9; // of them that must fit
const LOOSE = 0.8; // of the next smaller scale: what does not fill it would fit there
const CALM_STEPS = 500; // both have to pass before a scale shrinks
const CALM_MS = 20_000;

/** The smallest of 1, 2, 5 × 10ⁿ that is not below a size. @param {number} size above 0 */
export function roundUp(size) {
  const power = Math.floor(Math.log10(size)) - 1;
  for (let n = power; ; n++) {
    for (const digit of [1, 2, 5]) {
      const limit = Number(`${digit}e${n}`);
      if (limit >= size * (1 - 1e-6)) return limit;
    }
  }
}

/** The next smaller end of a scale: 5 → 2 → 1 → 0.5. @param {number} limit */
export function nextBelow(limit) {
  const [digit, power] = limit.toExponential(0).split("e");
  const below = { 5: `2e${power}`, 2: `1e${power}` }[digit];
  return Number(below ?? `5e${Number(power) - 1}`);
}

/** @param {number[]} sizes @param {number} share 0 … 1 @returns {number} */
function quantile(sizes, share) {
  const sorted = [...sizes].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export class HeldLimit {
  limit = 0; // 0: nothing but zeros was seen yet
  before = 0; // what it was until `changedMs`
  changedMs = Number.NEGATIVE_INFINITY;
  /** @type {number[]} */
  #sizes = [];
  #tight = { step: 0, ms: 0 }; // when the scale was last needed

  /**
   * One more frame's size.
   * @param {number} size the largest that should fit @param {number} step of the frame
   * @param {number} nowMs a clock @param {boolean} training peaks are then judged over a stretch of
   *   frames; a state that stays on the page must fit at once
   * @returns {boolean} whether the scale is another one now
   */
  take(size, step, nowMs, training) {
    if (!(size > 0)) return false;
    this.#sizes.push(size);
    if (this.#sizes.length > STRETCH) this.#sizes.shift();
    const needed = training ? quantile(this.#sizes, SHARE) : size;
    if (needed > this.limit) return this.#become(roundUp(needed), step, nowMs);
    if (needed > LOOSE * nextBelow(this.limit)) this.#tight = { step, ms: nowMs };
    const calm = step - this.#tight.step >= CALM_STEPS && nowMs - this.#tight.ms >= CALM_MS;
    return calm && this.#become(roundUp(needed / LOOSE), step, nowMs);
  }

  /** @param {number} limit @param {number} step @param {number} nowMs */
  #become(limit, step, nowMs) {
    this.#tight = { step, ms: nowMs };
    if (limit === this.limit) return false;
    if (this.limit) Object.assign(this, { before: this.limit, changedMs: nowMs });
    this.limit = limit;
    return true;
  }
}
