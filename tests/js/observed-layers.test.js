/** Which layers of a large network are on the page, and what of them. */
import assert from "node:assert/strict";
import test from "node:test";
import { columnsOf } from "../../static/js/network/drawing/columns.js";
import {
  firstChoice,
  fittedTo,
  inView,
  withFollowers,
} from "../../static/js/network/observed/windows.js";
import { layersOf } from "./layers.js";

const DEEP = layersOf(
  [
    ["conv1", "Conv2d", [64, 32, 32], [64, 3, 7, 7]],
    ["bn1", "BatchNorm2d", [64, 32, 32], [64]],
    ["relu", "ReLU", [64, 32, 32], null],
    ...Array.from(
      { length: 6 },
      (_, n) => /** @type {any} */ ([`layer${n}.0.conv1`, "Conv2d", [128, 8, 8], [128, 64, 3, 3]]),
    ),
    ...Array.from(
      { length: 6 },
      (_, n) => /** @type {any} */ ([`layer${n}.0.bn1`, "BatchNorm2d", [128, 8, 8], [128]]),
    ),
    ["fc", "Linear", [10], [10, 128]],
  ],
  [3, 64, 64],
);

test("of a large network each module's first layer with weights is shown, what stands alone, and the last", () => {
  const names = firstChoice(DEEP).map(({ name }) => name);
  const modules = Array.from({ length: 6 }, (_, n) => `layer${n}.0.conv1`);
  assert.deepEqual(names, ["conv1", "bn1", "relu", ...modules, "fc"]);
  assert.deepEqual(firstChoice(DEEP.slice(0, 5)), DEEP.slice(0, 5));
});

test("of a large layer sixteen filters are in view, from the one that was asked for", () => {
  const [conv, norm] = DEEP;
  const view = inView(conv, 60);
  assert.deepEqual(view.window, { first: 48, of: 64, channels: 3, read: 3 });
  assert.deepEqual(view.output_shape, [16, 32, 32]);
  assert.deepEqual(view.weight_shape, [16, 3, 7, 7]);
  assert.deepEqual(inView(norm, 0).weight_shape, [16]);
  assert.deepEqual(inView(DEEP[3], 0).weight_shape, [16, 16, 3, 3]);
  assert.equal(inView(DEEP[DEEP.length - 1], 0).window, undefined);
});

test("what makes one map of each map is shown with it", () => {
  assert.deepEqual(withFollowers(DEEP, "conv1"), ["conv1", "bn1", "relu"]);
});

test("a column reads the one before it only where that is so, and all that it reads is in view", () => {
  const [conv, norm] = DEEP;
  const sources = (/** @type {any[]} */ some) =>
    columnsOf(some, [3, 64, 64]).map(({ source }) => source?.name ?? null);
  assert.deepEqual(sources([inView(conv, 0), inView(norm, 0)]), [null, "input", "conv1"]);
  assert.deepEqual(sources([inView(conv, 16), inView(norm, 0)]), [null, "input", null]);
  assert.deepEqual(sources([conv, { ...norm, reads: null }]), [null, "input", null]);
  assert.deepEqual(sources([inView(DEEP[3], 0)]), [null, null]);
});

test("a section of which others asked for more is cut, and one with too little is none", () => {
  const layer = inView(DEEP[3], 16);
  const section = {
    layer: "layer0.0.conv1",
    tensor: "weight",
    of: "value",
    shape: [48, 20, 3, 3],
    dtype: /** @type {const} */ ("f32"),
    first: [8, 0],
    values: Float32Array.from({ length: 48 * 20 * 9 }, (_, n) => n),
    ranges: null,
  };
  const part = fittedTo(section, layer);
  assert.deepEqual(part?.shape, [16, 16, 3, 3]);
  assert.equal(part?.values.length, 16 * 16 * 9);
  assert.equal(part?.values[0], 8 * 20 * 9); // filter 16 is the eighth of those that came
  assert.equal(part?.values[16 * 9], 9 * 20 * 9);
  assert.equal(fittedTo({ ...section, first: [20, 0] }, layer), null);
});
