import assert from "node:assert/strict";
import test from "node:test";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { Scales } from "../../static/js/network/drawing/scales.js";
import { filterSentence, filterValues, mapPeak } from "../../static/js/network/filter/values.js";
import { frameOf, inputShape } from "./frames.js";
import { DEFAULT } from "./layers.js";

const { columns } = layoutNetwork(DEFAULT, inputShape, { width: 1000, height: 600 });
const [, conv1, , , conv2] = columns;

test("a filter is told in plain words", () => {
  assert.equal(
    filterSentence(conv2),
    "This filter is 8 kernels of 3×3: 72 weights and one bias, used at all 196 positions.",
  );
  assert.match(
    filterSentence(conv1),
    /is 1 kernel of 3×3: 9 weights and one bias, used at all 784 positions/,
  );
  assert.match(
    filterSentence(columns[columns.length - 1]),
    /all 784 values before it: 784 weights, drawn as 16 pictures of 7×7/,
  );
});

test("a filter's numbers are its own part of the layer's", () => {
  const weights = Float32Array.from({ length: 72 }, (_, i) => i);
  const frame = frameOf([
    ["conv1", "weight", [8, 1, 3, 3], weights],
    ["conv1", "bias", [8], Float32Array.of(0, 0, 5, 0, 0, 0, 0, 0)],
  ]);
  const scales = new Scales();
  scales.observe(frame, columns, "layer", 0);
  const part = filterValues(frame, conv1, 2, "weight", scales);
  assert.deepEqual([part?.values[0], part?.values.length, part?.bias], [18, 9, 5]);
  assert.equal(part?.limit, 100, "the layer's, as its kernels have it in the network");
  assert.equal(filterValues(frame, conv1, 2, "gradient", scales), null);
});

test("the place of a map's largest value is found", () => {
  const map = new Uint8Array(8 * 784);
  map[784 + 28 * 3 + 9] = 255;
  const frame = frameOf([
    ["conv1", "output", [8, 28, 28], map, [0, 1, -1, 2, ...new Array(12).fill(0)]],
  ]);
  assert.deepEqual(mapPeak(frame, conv1, 1), { lo: -1, hi: 2, y: 3, x: 9, constant: false });
  assert.equal(mapPeak(frame, conv1, 5)?.constant, true);
});

test("a scale is shared by a map, a layer, or the network, as the viewer likes", () => {
  const ranges = [-3, 1, 0, 2, ...new Array(12).fill(0)];
  const small = [-0.5, 0.25, ...new Array(30).fill(0)];
  const frame = frameOf([
    ["conv1", "output", [8, 28, 28], new Uint8Array(8 * 784), ranges],
    ["conv2", "output", [16, 14, 14], new Uint8Array(16 * 196), small],
  ]);
  const scales = new Scales();
  const limits = (/** @type {import("../../static/js/network/drawing/scales.js").Mode} */ mode) => {
    scales.observe(frame, columns, mode, 0);
    return [scales.limit("maps", "value", "conv1", 1), scales.limit("maps", "value", "conv2", 1)];
  };
  assert.deepEqual(limits("map"), [2, 0]);
  assert.deepEqual(limits("layer"), [5, 0.5]);
  assert.deepEqual(limits("network"), [5, 5]);
  assert.equal(scales.limit("kernels", "value", "conv2", 1), 0);
});
