import assert from "node:assert/strict";
import test from "node:test";
import { receptiveField } from "../../static/js/shared/receptive-field.js";
import { DEFAULT, LONE_CONV, layersOf } from "./layers.js";

const INPUT = [1, 28, 28];
const BY_HAND = [
  [3, -1, 1],
  [3, -1, 1],
  [4, -1, 2],
  [8, -3, 2],
  [8, -3, 2],
  [10, -3, 4],
];

/** @param {number} one @returns {[number, number]} */
const both = (one) => [one, one];

/** The default network with its fields as the server counts them. */
const COUNTED = DEFAULT.map((layer, index) => {
  if (!BY_HAND[index]) return layer;
  const [size, start, jump] = BY_HAND[index].map(both);
  return {
    ...layer,
    receptive_field: size,
    receptive_field_start: start,
    receptive_field_jump: jump,
  };
});

test("a field is where the server says, cut at the picture's border", () => {
  assert.deepEqual(receptiveField(COUNTED, 0, 5, 9, INPUT), { x: 8, y: 4, width: 3, height: 3 });
  assert.deepEqual(receptiveField(COUNTED, 0, 0, 27, INPUT), { x: 26, y: 0, width: 2, height: 2 });
  assert.deepEqual(receptiveField(COUNTED, 3, 13, 7, INPUT), { x: 11, y: 23, width: 8, height: 5 });
});

test("rows and columns have fields of their own", () => {
  const layer = {
    ...LONE_CONV[0],
    receptive_field: [1, 7],
    receptive_field_start: both(0),
    receptive_field_jump: [2, 1],
  };
  const field = receptiveField([/** @type {any} */ (layer)], 0, 3, 4, [1, 25, 25]);
  assert.deepEqual(field, { x: 4, y: 6, width: 7, height: 1 });
});

test("counted from the maps before, every value's field is the same", () => {
  for (let index = 0; index < BY_HAND.length; index++) {
    const [, rows, cols] = DEFAULT[index].output_shape;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < cols; x++) {
        const counted = receptiveField(COUNTED, index, y, x, INPUT);
        assert.deepEqual(receptiveField(DEFAULT, index, y, x, INPUT), counted);
      }
    }
  }
});

test("regions of different sizes have fields of different sizes", () => {
  const pooled = layersOf([["pool1", "AdaptiveAvgPool2d", [4, 3, 4], null]], [4, 7, 7]);
  assert.deepEqual(receptiveField(pooled, 0, 1, 2, [4, 7, 7]), { x: 3, y: 2, width: 3, height: 3 });
  assert.deepEqual(receptiveField(pooled, 0, 0, 0, [4, 7, 7]), { x: 0, y: 0, width: 2, height: 3 });
});

test("what comes after them sees all their fields", () => {
  const layers = layersOf(
    [
      ["pool1", "AdaptiveAvgPool2d", [1, 3, 3], null],
      ["conv1", "Conv2d", [1, 2, 2], [1, 1, 2, 2], { kernel_size: 2 }],
      ["relu1", "ReLU", [1, 2, 2], null],
    ],
    [1, 8, 8],
  );
  assert.deepEqual(receptiveField(layers, 2, 1, 0, [1, 8, 8]), { x: 0, y: 2, width: 6, height: 6 });
});

test("a fully connected layer sees everything, and so does what comes after it", () => {
  const whole = { x: 0, y: 0, width: 28, height: 28 };
  assert.deepEqual(receptiveField(DEFAULT, 7, 0, 0, INPUT), whole);
  const [relu] = layersOf([["relu9", "ReLU", [10], null]], [10]);
  const after = [...DEFAULT, { ...relu, index: 8 }];
  assert.deepEqual(receptiveField(after, 8, 0, 0, INPUT), whole);
});
