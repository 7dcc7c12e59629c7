import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import {
  addPoints,
  curveOf,
  cutAfter,
  emptyCurve,
  endOf,
  MOST_POINTS,
  meanOf,
  trailingMean,
} from "../../static/js/shared/metric-history.js";

/** @typedef {import("../../static/js/shared/metric-history.js").Curve} Curve @typedef {import("../../static/js/shared/metric-history.js").History} History */

/** @type {{steps: number, points: [number, number][]}[]} */
const GOLDEN = JSON.parse(
  readFileSync(new URL("../golden/step-blocks.json", import.meta.url), "utf8"),
);

/** A repeatable stream of numbers in 0 … 1. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The loss of a step, and its accuracy. @param {number} step */
const lossAt = (step) => 2 / Math.sqrt(step) + (Math.imul(step, 2654435761) >>> 0) / 2 ** 33;
const accuracyAt = (/** @type {number} */ step) => 1 - 1 / Math.sqrt(step + 1);

/** Points of so many steps each, as the server tells them. @param {number} first @param {Iterable<number>} sizes @param {number[]} [held] @returns {History} */
function told(first, sizes, held = []) {
  /** @type {History} */
  const out = {
    step: [],
    steps: [],
    loss: [],
    lowest: [],
    highest: [],
    accuracy: [],
    mean_accuracy: [],
    held_out: { step: [...held], accuracy: held.map((step) => step / 1e6) },
  };
  let next = first;
  for (const size of sizes) {
    let [sum, accuracies, low, high] = [0, 0, Infinity, -Infinity];
    for (let step = next; step < next + size; step++) {
      const loss = lossAt(step);
      [sum, accuracies] = [sum + loss, accuracies + accuracyAt(step)];
      [low, high] = [Math.min(low, loss), Math.max(high, loss)];
    }
    next += size;
    out.step.push(next - 1);
    out.steps.push(size);
    out.loss.push(sum / size);
    out.lowest.push(low);
    out.highest.push(high);
    out.accuracy.push(accuracyAt(next - 1));
    out.mean_accuracy.push(accuracies / size);
  }
  return out;
}

/** Each step for itself. @param {number} from @param {number} to @param {number[]} [held] */
const each = (from, to, held) => told(from, new Array(Math.max(to - from + 1, 0)).fill(1), held);

/** How long the blocks are of a run of so many steps, by their definition alone. @param {number} steps @param {number} longest */
function sizesOf(steps, longest) {
  const sizes = [];
  for (let before = 0; before < steps; ) {
    let size = 1;
    while (size < longest && before >= 128 * size && before % (2 * size) === 0) size *= 2;
    sizes.push(Math.min(size, steps - before));
    before += size;
  }
  return sizes;
}

/** What a reload shows: the server's answer. @param {number} steps @param {number[]} [held] */
function reloaded(steps, held) {
  let longest = 1;
  while (sizesOf(steps, longest).length > MOST_POINTS) longest *= 2;
  return curveOf(told(1, sizesOf(steps, longest), held));
}

/** Means are the same but for their last digits, and all else is the same. @param {Curve} live @param {Curve} fresh */
function assertSame(live, fresh) {
  const { loss, mean_accuracy, ...exact } = live;
  const { loss: losses, mean_accuracy: accuracies, ...expected } = fresh;
  assert.deepEqual(exact, expected);
  const near = (/** @type {number | null} */ value, /** @type {number | null} */ other) =>
    Math.abs(Number(value) - Number(other)) <= 1e-12 * Math.abs(Number(other));
  assert.ok(loss.every((mean, i) => near(mean, losses[i])));
  assert.ok(mean_accuracy.every((mean, i) => near(mean, accuracies[i])));
}

test("a page that was there all along has the very points of one that is loaded anew", () => {
  const draw = random(7);
  for (let round = 0; round < 30; round++) {
    const steps = Math.ceil(10 ** (1 + 4 * draw()));
    const curve = emptyCurve();
    const held = /** @type {number[]} */ ([]);
    for (let end = 0; end < steps; ) {
      const next = Math.min(steps, end + Math.floor(draw() * 200));
      const measured = draw() < 0.1 ? [next] : [];
      if (measured.length && held.at(-1) !== next) held.push(next);
      addPoints(curve, each(end + 1, next, measured));
      end = next;
      assert.ok(curve.step.length <= MOST_POINTS);
    }
    assertSame(curve, reloaded(steps, held));
  }
});

test("the points are those that Python makes too", () => {
  for (const { steps, points } of GOLDEN) {
    const curve = emptyCurve();
    for (let end = 0; end < steps; end += 500)
      addPoints(curve, each(end + 1, Math.min(end + 500, steps)));
    const found = /** @type {number[][]} */ ([]);
    for (const size of curve.steps) {
      const last = found.at(-1);
      if (last?.[0] === size) last[1] += 1;
      else found.push([size, 1]);
    }
    assert.deepEqual(found, points);
  }
});

test("frames that come while the whole is fetched continue it, and what it has is passed over", () => {
  const curve = reloaded(50_003, [0, 200]);
  for (let end = 49_900; end < 50_400; end += 100)
    addPoints(curve, each(end + 1, end + 100, [200]));
  assertSame(curve, reloaded(50_400, [0, 200]));
});

test("a frame that tells many steps at once is taken up exactly where it tells them in blocks", () => {
  const curve = reloaded(20_001);
  addPoints(curve, told(20_002, [6, 1, ...new Array(4998).fill(8)].slice(0, 1)));
  addPoints(curve, told(20_008, [1, ...new Array(4998).fill(8)]));
  assertSame(curve, reloaded(20_008 + 4998 * 8));
});

test("what fits no block, or leaves steps out, is shown and asked for again", () => {
  const coarse = emptyCurve();
  addPoints(coarse, told(1, [64, 64]));
  assert.ok(coarse.stale);
  assert.equal(endOf(coarse), 128);
  const gap = reloaded(100);
  addPoints(gap, each(103, 104));
  assert.ok(gap.stale);
  assert.equal(endOf(gap), 104);
});

test("a run that goes back loses what came after; within a block the server knows more", () => {
  const short = reloaded(300, [0, 200]);
  cutAfter(short, 150);
  assertSame(short, reloaded(150, [0]));
  const long = reloaded(10_000);
  cutAfter(long, 9_997);
  assert.ok(long.stale);
  assert.equal(endOf(long), 9_996);
  cutAfter(long, 0);
  assertSame(long, emptyCurve());
});

test("a step that was measured twice has the newer accuracy", () => {
  const curve = emptyCurve();
  addPoints(curve, { ...each(1, 2), held_out: { step: [0, 2], accuracy: [0.1, 0.2] } });
  addPoints(curve, { ...each(3, 2), held_out: { step: [2], accuracy: [0.3] } });
  assert.deepEqual(curve.held_out, { step: [0, 2], accuracy: [0.1, 0.3] });
});

test("the first fall and the noise are there after 100,000 steps", () => {
  const { step, lowest, highest } = reloaded(100_000);
  assert.equal(highest[0], lossAt(1));
  assert.ok(step.filter((one) => one <= 100).length === 100);
  const late = step.map((_, i) => Number(highest[i]) - Number(lowest[i])).slice(-100);
  const noise = late.reduce((sum, width) => sum + width, 0) / late.length;
  assert.ok(noise > 0.4, "of noise that is 0.5 wide");
});

test("a trailing mean looks back over its window, and a longer point is its own mean", () => {
  assert.deepEqual(trailingMean([2, 4, 6, 8], [1, 1, 1, 1], 2), [2, 3, 5, 7]);
  assert.deepEqual(trailingMean([2, 4, 10], [1, 3, 4], 4), [2, 3.5, 10]);
  assert.deepEqual(trailingMean([null, 2, null, 4], [1, 1, 1, 1], 2), [null, 2, 2, 3]);
  assert.deepEqual([1, 8, 32, 64, 128].map(meanOf), [50, 56, 64, 64, 128]);
});
