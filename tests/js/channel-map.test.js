import assert from "node:assert/strict";
import test from "node:test";
import { channelMap, geometryOf, mapValues } from "../../static/js/network/filter/channel-map.js";
import { frameOf } from "./frames.js";

const layer = (/** @type {object} */ args) => geometryOf(/** @type {any} */ ({ arguments: args }));
// CS231n's and Dumoulin & Visin's small cases, by hand
const IMAGE = { values: [1, 2, 3, 4, 5, 6, 7, 8, 9], rows: 3, cols: 3 };
const KERNEL = { values: [1, 0, 0, -1], rows: 2, cols: 2 };

test("a kernel slides over a map as torch's conv2d does", () => {
  assert.deepEqual([...channelMap(IMAGE, KERNEL, layer({}), 2, 2)], [-4, -4, -4, -4]);
});

test("padding adds zeros, stride skips positions, dilation spreads the kernel", () => {
  const padded = channelMap(IMAGE, KERNEL, layer({ padding: 1 }), 4, 4);
  assert.deepEqual([...padded.slice(0, 4)], [-1, -2, -3, 0]);
  assert.deepEqual([...padded.slice(12)], [0, 7, 8, 9]);
  assert.deepEqual(
    [...channelMap(IMAGE, KERNEL, layer({ padding: [1, 1], stride: [2, 2] }), 2, 2)],
    [-1, -3, -7, -4],
  );
  assert.deepEqual([...channelMap(IMAGE, KERNEL, layer({ dilation: 2 }), 1, 1)], [-8]);
});

test("a frame's bytes are the numbers between a map's lowest and highest", () => {
  const bytes = Uint8Array.of(0, 255, 51, 102, 0, 0, 0, 0);
  const frame = frameOf([["relu1", "output", [2, 2, 2], bytes, [-1, 4, 0, 0]]]);
  const section = [...frame.sections.values()][0];
  assert.deepEqual(
    Array.from(mapValues(section, 0).values).map((v) => Number(v.toFixed(5))),
    [-1, 4, 0, 1],
  );
  assert.deepEqual(Array.from(mapValues(section, 1).values), [0, 0, 0, 0]);
});
