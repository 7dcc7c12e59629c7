import assert from "node:assert/strict";
import test from "node:test";
import { flows, sharesOf, signs } from "../../static/js/network/drawing/flow-sizes.js";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { fittingMapSize } from "../../static/js/network/drawing/scales.js";
import { frameOf, inputShape } from "./frames.js";
import { DEFAULT } from "./layers.js";

const { columns } = layoutNetwork(DEFAULT, inputShape, { width: 1000, height: 600 });
const [input, conv1, relu1] = columns;

/** A picture that is 0.5 everywhere; filter 0 has weights of 1, filter 1 of −2, the others none. */
function frame() {
  const weights = new Float32Array(72).fill(1, 0, 9).fill(-2, 9, 18);
  const maps = new Uint8Array(8 * 784).fill(255);
  return frameOf([
    ["", "input", [1, 28, 28], new Uint8Array(784).fill(255), [0, 0.5]],
    ["conv1", "output", [8, 28, 28], maps, [-3, 1, -3, 0.25, ...new Array(12).fill(0)]],
    ["conv1", "weight", [8, 1, 3, 3], weights],
  ]);
}

const into = (/** @type {number} */ channel) => ({
  column: conv1,
  source: input,
  channel,
  read: 0,
  k: 0,
});
const through = (/** @type {number} */ channel) => ({
  column: relu1,
  source: conv1,
  channel,
  read: channel,
  k: -1,
});

test("through a kernel flows its map's mean size times the sizes of its weights", () => {
  assert.deepEqual([...flows([into(0), into(1), into(2)], frame())], [4.5, 9, 0]);
});

test("without a kernel a map's mean size flows", () => {
  assert.deepEqual([...flows([through(0), through(1), through(2)], frame())], [1, 0.25, 0]);
});

test("a line is as wide as its share of the widest into its column, and has its kernel's sign", () => {
  const links = [into(0), into(1), through(0), through(1)];
  assert.deepEqual(sharesOf(links, flows(links, frame())), [0.5, 1, 1, 0.25]);
  assert.deepEqual(signs(links, frame()), [1, -1, 0, 0]);
  assert.deepEqual(sharesOf(links, new Float64Array(4)), [0, 0, 0, 0]);
});

test("the scale of maps leaves out the few values that stand far out", () => {
  const values = new Uint8Array(8 * 784).fill(51);
  values[0] = 255;
  const made = frameOf([
    ["conv1", "output", [8, 28, 28], values, new Array(8).fill([0, 10]).flat()],
  ]);
  const size = fittingMapSize([...made.sections.values()][0]);
  assert.ok(size >= 2 && size < 2.1, `${size}`);
});
