import assert from "node:assert/strict";
import test from "node:test";
import {
  addPoints,
  between,
  emptyHistory,
  mergeHistory,
  reconcile,
  trailingMean,
} from "../../static/js/shared/metric-history.js";

/** @param {number[]} steps @param {number[]} [held] @param {number} [loss] */
const points = (steps, held = [], loss = 1) => ({
  step: [...steps],
  loss: steps.map(() => loss),
  accuracy: steps.map((s) => s / 1000),
  held_out: { step: [...held], accuracy: held.map((s) => s / 100) },
});

/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test("points of frames follow one another", () => {
  const joined = addPoints(addPoints(emptyHistory(), points([1, 2])), points([3], [3]));
  assert.deepEqual(joined.step, [1, 2, 3]);
  assert.deepEqual(joined.held_out, { step: [3], accuracy: [0.03] });
});

test("points that come twice are kept once, the newer one", () => {
  const joined = addPoints(points([1, 2, 3]), points([2, 3, 4], [], 9));
  assert.deepEqual(joined.step, [1, 2, 3, 4]);
  assert.deepEqual(joined.loss, [1, 9, 9, 9]);
});

test("after a reconnect the points that were missed are there, and those since then too", () => {
  const before = points(range(1, 10), [0]);
  const sinceThen = addPoints(before, points([31, 32]));
  const fetched = points(range(1, 30), [0, 20]);
  const joined = reconcile(fetched, sinceThen, 32);
  assert.deepEqual(joined.step, range(1, 32));
  assert.deepEqual(joined.held_out.step, [0, 20]);
});

test("what was before a reset in another tab does not survive the reconnect", () => {
  const joined = reconcile(points([1, 2, 3]), points(range(1, 500), [200, 400]), 3);
  assert.deepEqual(joined.step, [1, 2, 3]);
  assert.deepEqual(joined.held_out.step, []);
});

test("a history with fewer points from the server joins a full one in order", () => {
  const joined = mergeHistory(points([1, 5, 9]), points([4, 5, 6]));
  assert.deepEqual(joined.step, [1, 4, 5, 6, 9]);
});

test("a cut keeps what lies between", () => {
  assert.deepEqual(between(points([1, 2, 3, 4], [2, 4]), 1, 3).step, [2, 3]);
  assert.deepEqual(between(points([1, 2, 3, 4], [2, 4]), 1, 3).held_out.step, [2]);
});

test("a very long history loses every other point, and keeps its end and its held-out points", () => {
  let history = emptyHistory();
  for (let s = 1; s <= 20000; s++) history = addPoints(history, points([s], s % 200 ? [] : [s]));
  assert.ok(history.step.length <= 6000);
  assert.equal(history.step.at(-1), 20000);
  assert.equal(history.held_out.step.length, 100);
  assert.ok(history.step.every((s, i) => i === 0 || s > history.step[i - 1]));
});

test("a trailing mean looks back over its window, and over nothing that is missing", () => {
  assert.deepEqual(trailingMean([2, 4, 6, 8], 2), [2, 3, 5, 7]);
  assert.deepEqual(trailingMean([null, 4, null, 8], 2), [null, 4, 4, 8]);
});
