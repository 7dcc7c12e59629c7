import assert from "node:assert/strict";
import test from "node:test";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import {
  decimalsFor,
  exact,
  inDecimals,
  largestFew,
  sizeOf,
} from "../../static/js/network/explain/digits.js";
import {
  kernelPlace,
  patchRects,
  valueAt,
  valueRect,
  weightAt,
  weightIndex,
} from "../../static/js/network/explain/places.js";
import { patchOf } from "../../static/js/shared/receptive-field.js";
import { inputShape } from "./frames.js";
import { DEFAULT, layersOf, TINY_VGG, WIDE } from "./layers.js";

const { columns } = layoutNetwork(DEFAULT, inputShape, { width: 1100, height: 600 });
const [, conv1, , pool1, conv2] = columns;
const linear = columns[columns.length - 1];

test("the value under a point is the cell that the painter put there", () => {
  const place = valueAt(conv1, conv1.cells[3], 0.5, 0.999);
  assert.deepEqual(place, { layer: "conv1", channel: 3, y: 27, x: 14 });
  assert.deepEqual(valueAt(conv1, conv1.cells[3], -0.1, 1.2)?.y, 27);
  assert.deepEqual(valueAt(linear, linear.cells[2], 0.5, 0.5), {
    layer: "linear1",
    channel: 2,
    y: 0,
    x: 0,
  });
});

test("a vector is read from top to bottom", () => {
  const wide = layoutNetwork(WIDE, inputShape, { width: 1000, height: 600 }).columns;
  const vector = wide.find((column) => column.name === "linear1");
  assert.ok(vector);
  assert.equal(valueAt(vector, vector.cells[0], 0.5, 0.5)?.channel, 64);
  const rect = valueRect(vector, { layer: "linear1", channel: 64, y: 0, x: 0 });
  const { map } = vector.cells[0];
  assert.ok(rect && Math.abs(rect.y - (map.y + map.height / 2)) < 1e-9);
});

test("the patch of a value follows from the layer's window", () => {
  assert.deepEqual(patchOf(DEFAULT[0], 0, 6), { top: -1, left: 5, rows: 3, columns: 3 });
  assert.deepEqual(patchOf(DEFAULT[2], 6, 6), { top: 12, left: 12, rows: 2, columns: 2 });
  assert.deepEqual(patchOf(DEFAULT[1], 4, 5), { top: 4, left: 5, rows: 1, columns: 1 });
  assert.equal(patchOf(DEFAULT[7], 0, 0), null);
  const [odd] = layersOf(
    [
      [
        "conv1",
        "Conv2d",
        [4, 3, 3],
        [4, 1, 3, 3],
        { kernel_size: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [2, 2] },
      ],
    ],
    [1, 8, 8],
  );
  assert.deepEqual(patchOf(odd, 1, 2), { top: 1, left: 3, rows: 5, columns: 5 });
  const [adaptive] = layersOf([["pool1", "AdaptiveAvgPool2d", [4, 3, 3], null]], [4, 7, 7]);
  assert.deepEqual(patchOf(adaptive, 1, 2), { top: 2, left: 4, rows: 3, columns: 3 });
});

test("a convolution's patch is outlined on every map that it reads, a pool's on its own", () => {
  assert.equal(patchRects(conv2, { layer: "conv2", channel: 5, y: 3, x: 3 }).length, 8);
  const [rect] = patchRects(pool1, { layer: "pool1", channel: 2, y: 0, x: 0 });
  const relu = columns[2];
  assert.equal(rect.x, relu.x + relu.cells[2].map.x);
  assert.equal(rect.y, relu.cells[2].map.y);
  assert.ok(Math.abs(rect.width - (2 / 28) * relu.cells[2].map.width) < 1e-9);
});

test("colour inputs have a picture before their three channels", () => {
  const tiny = layoutNetwork(TINY_VGG, [3, 64, 64], { width: 1400, height: 700 }).columns;
  assert.equal(valueAt(tiny[0], tiny[0].cells[2], 0, 0)?.channel, 1);
  const rects = patchRects(tiny[1], { layer: "conv1", channel: 0, y: 0, x: 0 });
  assert.deepEqual(
    rects.map((rect) => rect.y),
    tiny[0].cells.slice(1).map((cell) => cell.map.y),
  );
});

test("a kernel's cell under the pointer is a weight by torch's axes", () => {
  const cell = conv1.cells[3];
  const [grid] = cell.kernels;
  const at = weightAt(conv1, cell, grid.x + grid.width * 0.9, grid.y + grid.height * 0.5);
  assert.deepEqual(at, { layer: "conv1", tensor: "weight", index: [3, 0, 1, 2] });
  assert.equal(weightAt(conv1, cell, grid.x - 3, grid.y), null);
  const bias = cell.bias;
  assert.ok(bias);
  assert.deepEqual(weightAt(conv1, cell, bias.x + 1, bias.y + 1), {
    layer: "conv1",
    tensor: "bias",
    index: [3],
  });
});

test("a fully connected weight's place and index are each other's inverse", () => {
  for (const [k, r, c] of [
    [0, 0, 0],
    [3, 6, 2],
    [15, 6, 6],
  ]) {
    const index = weightIndex(linear, 4, k, r, c);
    assert.deepEqual(kernelPlace(linear, index), { k, r, c });
  }
  assert.deepEqual(weightIndex(linear, 4, 15, 6, 6), [4, 783]);
});

test("numbers that are added up share their decimals", () => {
  assert.equal(decimalsFor(0.413), 6);
  assert.equal(decimalsFor(12.5), 4);
  assert.equal(decimalsFor(1e-7), null);
  assert.equal(inDecimals(-0.0051774, 6), "−0.005177");
  assert.equal(exact(0.0138926123), "0.0138926");
  assert.equal(exact(null), "–");
  assert.equal(
    sizeOf([
      [1, -3],
      [null, 2],
    ]),
    3,
  );
});

test("the largest few come first, and the others are one sum", () => {
  const few = largestFew([1, -5, 0.5, 3], (v) => v, 2);
  assert.deepEqual(few, { shown: [-5, 3], others: 2, sum: 1.5 });
});
