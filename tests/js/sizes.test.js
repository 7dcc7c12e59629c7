import assert from "node:assert/strict";
import test from "node:test";
import { apart, decadesOf, endsOf, linesOf } from "../../static/js/network/inspect/sizes/lines.js";

/** @param {number} step @param {number | null} ratio @returns {any} */
const health = (step, ratio) => ({
  step,
  layers: [
    { layer: "conv1", ratio, gradient: 0.5, filter_ratios: ratio === null ? null : [ratio, 0] },
    { layer: "linear1", ratio, gradient: 0, filter_ratios: null },
  ],
});
const HEALTHS = [health(0, null), health(4, 0.02), health(8, 0.001)];

test("a layer has a line of the steps that have a size above 0", () => {
  assert.deepEqual(linesOf(HEALTHS, "ratio"), [
    {
      name: "conv1",
      points: [
        [4, 0.02],
        [8, 0.001],
      ],
    },
    {
      name: "linear1",
      points: [
        [4, 0.02],
        [8, 0.001],
      ],
    },
  ]);
  assert.deepEqual(linesOf(HEALTHS, "gradient"), [
    {
      name: "conv1",
      points: [
        [0, 0.5],
        [4, 0.5],
        [8, 0.5],
      ],
    },
  ]);
});

test("a layer's filters have a line each", () => {
  assert.deepEqual(linesOf(HEALTHS, "conv1"), [
    {
      name: "filter 0",
      points: [
        [4, 0.02],
        [8, 0.001],
      ],
    },
  ]);
  assert.deepEqual(linesOf(HEALTHS, "linear1"), []);
});

test("the scale is of whole decades, and of one at least", () => {
  assert.deepEqual(decadesOf(linesOf(HEALTHS, "ratio")), [-3, -1]);
  assert.deepEqual(decadesOf([{ name: "a", points: [[0, 0.1]] }]), [-1, 0]);
  assert.deepEqual(decadesOf([]), [-4, -1]);
});

test("names come in the order of their lines' ends, and none covers another", () => {
  const lines = linesOf([health(1, 0.01)], "ratio").concat({ name: "big", points: [[1, 0.5]] });
  assert.deepEqual(
    endsOf(lines).map(({ name }) => name),
    ["big", "conv1", "linear1"],
  );
  assert.deepEqual(apart([10, 12, 50], 13, 60), [10, 23, 50]);
  assert.deepEqual(apart([50, 55, 58], 13, 60), [34, 47, 60]);
  assert.deepEqual(apart([], 13, 60), []);
});
