import assert from "node:assert/strict";
import test from "node:test";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { extentsOf, limitOf } from "../../static/js/network/drawing/value-ranges.js";
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
  const part = filterValues(frame, conv1, 2, "weight");
  assert.deepEqual([part?.values[0], part?.values.length, part?.bias, part?.limit], [18, 9, 5, 26]);
  assert.equal(filterValues(frame, conv1, 2, "gradient"), null);
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
  const extents = extentsOf(frame, columns, "weight");
  assert.equal(limitOf(extents, "maps", "conv1", 1, "map"), 2);
  assert.equal(limitOf(extents, "maps", "conv1", 1, "layer"), 3);
  assert.equal(limitOf(extents, "maps", "conv2", 1, "layer"), 0.5);
  assert.equal(limitOf(extents, "maps", "conv2", 1, "network"), 3);
  assert.equal(limitOf(extents, "kernels", "conv2", 1, "layer"), 0);
});
