import assert from "node:assert/strict";
import test from "node:test";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { offPath } from "../../static/js/network/drawing/path.js";
import { DEFAULT } from "./layers.js";

const { columns } = layoutNetwork(DEFAULT, [1, 28, 28], { width: 1000, height: 600 });

/** Channels of a layer that are dimmed. @param {string} layer @param {number} channel @param {string} of */
const dimmed = (layer, channel, of) =>
  offPath(columns, { layer, channel })
    .filter(({ column }) => column.name === of)
    .map(({ cell }) => cell.channel);

const BUT_3 = [0, 1, 2, 4, 5, 6, 7];

test("of a map after an activation, what it came from is one map a layer", () => {
  assert.deepEqual(dimmed("pool1", 3, "input"), []);
  for (const layer of ["conv1", "relu1", "pool1"])
    assert.deepEqual(dimmed("pool1", 3, layer), BUT_3);
});

test("a filter that reads all maps dims none of them, but its neighbours", () => {
  assert.deepEqual(dimmed("conv2", 3, "pool1"), []);
  assert.deepEqual(dimmed("conv2", 3, "conv1"), []);
  assert.equal(dimmed("conv2", 3, "conv2").length, 15);
});

test("what is made of a map alone stays", () => {
  for (const layer of ["relu1", "pool1"]) assert.deepEqual(dimmed("conv1", 3, layer), BUT_3);
});

test("the input is read by everything, and dims nothing", () => {
  assert.deepEqual(offPath(columns, { layer: "input", channel: 0 }), []);
});
