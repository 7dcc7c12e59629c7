import assert from "node:assert/strict";
import { test } from "node:test";
import {
  askedSteps,
  middleRange,
  nameOf,
  nearestStep,
  onRows,
  quantile,
  readable,
  roundTicks,
  tickTexts,
  unitOf,
} from "../../static/js/network/inspect/distributions/spread.js";
import { distributionsCsv } from "../../static/js/network/inspect/tables.js";

/** @param {number} low @param {number} high @param {number[]} counts */
function histogramOf(low, high, counts) {
  const finite = counts.reduce((sum, one) => sum + one, 0);
  const edges = Array.from(
    { length: counts.length + 1 },
    (_, i) => low + ((high - low) * i) / counts.length,
  );
  return { count: finite, finite, mean: null, std: null, edges, counts };
}

const EMPTY = { count: 3, finite: 0, mean: null, std: null, edges: [], counts: [] };
const FLAT = histogramOf(0, 4, [10, 10, 10, 10]);

test("a growing run is asked for steps that it was asked for before, two dozen at most", () => {
  assert.deepEqual(askedSteps(0, 0), [0]);
  assert.deepEqual(askedSteps(5, 5), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(
    askedSteps(100, 37),
    [0, 8, 16, 24, 32, 37, 40, 48, 56, 64, 72, 80, 88, 96, 100],
  );
  for (let last = 1; last < 5000; last += 7) {
    const steps = askedSteps(last, last);
    assert.ok(steps.length <= 18 && (last < 16 || steps.length > 8));
    const later = askedSteps(2 * last, 2 * last);
    const shared = later.filter((one) => steps.includes(one)).length;
    assert.ok(shared >= Math.floor(later.length / 2) - 1, `${last}`);
  }
});

test("rows hold the numbers that are between their values, whatever the bins were", () => {
  assert.deepEqual(onRows(FLAT, [0, 4], 2), [20, 20]);
  assert.deepEqual(onRows(FLAT, [0, 4], 8), [5, 5, 5, 5, 5, 5, 5, 5]);
  assert.deepEqual(onRows(FLAT, [2, 6], 4), [10, 10, 0, 0]);
  const uneven = histogramOf(-0.73, 1.9, [3, 0, 8, 120, 41, 1, 7]);
  const rows = onRows(uneven, [-2, 2], 33);
  assert.ok(Math.abs(rows.reduce((sum, one) => sum + one, 0) - uneven.finite) < 1e-9);
});

test("quantiles are even within a bin", () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 0.875, 1].map((share) => quantile(FLAT, share)),
    [0, 1, 2, 3.5, 4],
  );
  assert.equal(quantile(histogramOf(0, 3, [0, 4, 0]), 0), 1);
});

test("the range has the middle of every step, and room where all numbers are equal", () => {
  const range = middleRange([FLAT, histogramOf(-4, 0, [10, 10]), EMPTY]) ?? [];
  assert.deepEqual(
    range.map((end) => end.toFixed(6)),
    ["-3.980000", "3.980000"],
  );
  assert.equal(middleRange([EMPTY]), null);
  assert.deepEqual(middleRange([histogramOf(2, 2, [9])]), [1, 3]);
});

test("few numbers are seen in fewer bins, and none is lost", () => {
  const few = histogramOf(
    0,
    40,
    Array.from({ length: 40 }, (_, i) => i % 2),
  );
  const seen = readable(few);
  assert.deepEqual([seen.counts.length, seen.edges.length], [10, 11]);
  assert.deepEqual([seen.counts[0], seen.edges[1], seen.edges[10]], [2, 4, 40]);
  const many = histogramOf(0, 40, new Array(40).fill(100));
  assert.equal(readable(many), many);
  assert.deepEqual(readable(EMPTY).counts, []);
});

test("ticks are round, and written alike", () => {
  assert.deepEqual(roundTicks([-0.31, 0.62], 5), [-0.2, 0, 0.2, 0.4, 0.6]);
  assert.deepEqual(roundTicks([0, 300], 4), [0, 100, 200, 300]);
  assert.deepEqual(tickTexts([-0.5, 0, 0.5]), ["−0.5", "0.0", "0.5"]);
  assert.deepEqual(tickTexts([0, 100, 200]), ["0", "100", "200"]);
  assert.deepEqual(tickTexts([0, 2e-6]), ["0", "2.0e−6"]);
});

test("numbers have the field's names and say what they count in", () => {
  assert.equal(nameOf({ tensor: "weight", of: "gradient" }), "gradients of weights");
  assert.equal(nameOf({ tensor: "output", of: "value" }), "maps");
  assert.equal(nameOf({ tensor: "bias", of: "value" }), "biases");
  assert.equal(unitOf({ tensor: "weight", of: "gradient" }), "loss per unit of the weight");
  assert.equal(unitOf({ tensor: "bias", of: "update" }), "change of the bias in one step");
  assert.equal(nearestStep([0, 8, 16], 11), 1);
});

test("each bin of each step is a line", () => {
  const one = {
    layer: "conv1",
    tensor: "weight",
    of: "value",
    histogram: histogramOf(0, 2, [3, 4]),
  };
  assert.deepEqual(
    distributionsCsv([{ step: 7, one }])
      .trim()
      .split("\r\n"),
    [
      "step,layer,tensor,of,from,to,count",
      "7,conv1,weight,value,0,1,3",
      "7,conv1,weight,value,1,2,4",
    ],
  );
});
