import assert from "node:assert/strict";
import test from "node:test";
import { HeldLimit, nextBelow, roundUp } from "../../static/js/network/drawing/held-limit.js";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { fittingSize, Scales } from "../../static/js/network/drawing/scales.js";
import { limitText } from "../../static/js/shared/format.js";
import { frameOf, inputShape } from "./frames.js";
import { DEFAULT } from "./layers.js";

const { columns } = layoutNetwork(DEFAULT, inputShape, { width: 1000, height: 600 });

/** Numbers between 0 and 1, the same in every run. @param {number} seed */
function drawn(seed) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

test("a scale ends at 1, 2 or 5 times a power of ten, never below the number", () => {
  const ends = [1e-9, 0.00034, 0.5, 0.51, 1, 1.9, 2.0001, 5, 7, 99, 1234].map(roundUp);
  assert.deepEqual(ends, [1e-9, 0.0005, 0.5, 1, 1, 2, 5, 5, 10, 100, 2000]);
  assert.deepEqual([5, 2, 1, 0.5, 1e-7].map(nextBelow), [2, 1, 0.5, 0.2, 5e-8]);
  assert.deepEqual([0.5, 2, 1000, 0.0005].map(limitText), ["0.5", "2", "1000", "5e−4"]);
});

test("a scale does not move over 200 steps of a run whose largest number jumps by 13.5%", () => {
  const random = drawn(1);
  const held = new HeldLimit();
  for (let step = 0; step < 400; step++)
    held.take(1.9 * (1 + 0.27 * (random() - 0.5)), step, step * 33, true);
  const { limit } = held;
  for (let step = 400; step < 600; step++) {
    assert.equal(held.take(1.9 * (1 + 0.27 * (random() - 0.5)), step, step * 33, true), false);
  }
  assert.equal(held.limit, limit);
});

test("one frame that stands out changes no scale while it trains, and does on a page that rests", () => {
  const held = new HeldLimit();
  for (let step = 0; step < 40; step++) held.take(step === 30 ? 40 : 0.9, step, step, true);
  assert.equal(held.limit, 1);
  assert.equal(held.take(40, 41, 41, false), true);
  assert.deepEqual([held.limit, held.before], [50, 1]);
});

test("a scale shrinks only after 500 steps and 20 seconds of numbers far below it", () => {
  const held = new HeldLimit();
  held.take(0.9, 0, 0, false);
  const shrunk = (/** @type {number} */ step, /** @type {number} */ ms) => {
    for (let i = 0; i < 40; i++) held.take(0.1, step, ms, true);
    return held.limit < 1;
  };
  shrunk(0, 0);
  assert.equal(shrunk(499, 60_000), false);
  assert.equal(shrunk(600, 19_000), false);
  assert.equal(shrunk(600, 60_000), true);
  assert.equal(held.limit, 0.2, "with room above the 0.1");
});

test("nearly all of a layer's many weights fit, and one far away makes none pale", () => {
  const random = drawn(2);
  const weights = Float32Array.from({ length: 7840 }, () => random() - 0.5);
  weights[17] = 80;
  assert.ok(fittingSize(weights) < 1);
  assert.equal(fittingSize(Float32Array.of(1, -3, 2)), 3);
  assert.equal(fittingSize(new Float32Array(500)), 0);
});

test("gradients, updates and weights have a scale each, and a run begins with new ones", () => {
  const frame = frameOf([
    ["conv1", "weight", [8, 1, 3, 3], new Float32Array(72).fill(0.3)],
    ["conv1", "weight gradient", [8, 1, 3, 3], new Float32Array(72).fill(0.03)],
    ["conv1", "weight update", [8, 1, 3, 3], new Float32Array(72).fill(-0.003)],
  ]);
  const scales = new Scales();
  assert.equal(scales.observe(frame, columns, "layer", 0), true);
  assert.equal(scales.observe(frame, columns, "layer", 0), false, "the same frame again");
  const ends = ["value", "gradient", "update"].map((of) => scales.limit("kernels", of, "conv1"));
  assert.deepEqual(ends, [0.5, 0.05, 0.005]);
  scales.forget();
  assert.equal(scales.of("kernels", "value", "conv1", 0), null);
});
