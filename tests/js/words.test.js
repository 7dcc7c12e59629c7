import assert from "node:assert/strict";
import test from "node:test";
import {
  activationWords,
  contributionWords,
  sameWords,
  winnerWords,
} from "../../static/js/network/explain/arithmetic/words.js";
import { layerWords } from "../../static/js/network/terms.js";
import { layersOf } from "./layers.js";

/** @param {string} type @param {Record<string, any>} args @param {number[] | null} [weight] */
const one = (type, args, weight = null) =>
  layersOf([["x", type, [2, 4, 4], weight, args]], [2, 4, 4])[0];

test("a leaky ReLU multiplies, whether its slope is below 1 or above", () => {
  for (const slope of [0, 0.1, 1, 2.5]) {
    const said = activationWords({ kind: "leaky_relu", input: -1, slope });
    assert.equal(said, `It is negative, so it is multiplied by ${slope}.`);
    const words = layerWords(one("LeakyReLU", { negative_slope: slope }));
    assert.match(words, new RegExp(`multiplies what is negative by ${slope}\\.$`));
  }
});

test("a dropout of nothing is not said to act", () => {
  assert.equal(layerWords(one("Dropout", { p: 0 })), "With p = 0 it passes everything on.");
  assert.match(layerWords(one("Dropout", { p: 0.3 })), /probability 0\.3/);
  assert.match(sameWords({}, 0), /never acts/);
  assert.match(sameWords({}, 0.3), /only acts in training/);
});

test("flattening a row leaves each number where it was", () => {
  assert.equal(sameWords({ source: [3] }), "The same number, at the same place.");
  assert.match(sameWords({ source: [1, 2, 3] }), /map 1, row 2, column 3/);
});

test("maps are said to shrink only where they do", () => {
  assert.doesNotMatch(layerWords(one("MaxPool2d", { kernel_size: 3 })), /shrink/);
  const [pool] = layersOf([["x", "AvgPool2d", [2, 2, 2], null]], [2, 4, 4]);
  assert.match(layerWords(pool), /shrink/);
});

test("what a layer has not learned is not said of it", () => {
  assert.match(layerWords(one("BatchNorm2d", { affine: true })), /two learned numbers/);
  assert.doesNotMatch(layerWords(one("BatchNorm2d", { affine: false })), /learned/);
  assert.doesNotMatch(layerWords(one("Conv2d", {})), /bias/);
  assert.match(layerWords(one("Conv2d", {}, [2, 2, 3, 3])), /bias/);
});

test("a gradient's parts are named as what they are", () => {
  assert.equal(contributionWords("bias", "Conv2d"), "output gradient");
  assert.equal(contributionWords("weight", "Conv2d"), "input × output gradient");
  assert.equal(contributionWords("weight", "BatchNorm2d"), "normalised input × output gradient");
});

test("the largest of a window wins only where it is larger than the others", () => {
  const at = { row: 4, column: 2 };
  const says = (/** @type {(number | null)[][]} */ patch) => winnerWords(at, patch);
  const one = "The largest of them wins: row 4, column 2. The others are discarded.";
  assert.equal(says([[1, 2, 0, null]]), one);
  assert.match(
    says([
      [0, 0],
      [0, 0],
    ]),
    /^All are equal: the one at row 4, column 2 counts\./,
  );
  assert.match(
    says([
      [3, 3],
      [0, 1],
    ]),
    /^2 are the largest and equal: the one at row 4, /,
  );
  assert.equal(
    says([
      [null, null],
      [-1, null],
    ]),
    "There is only one here: row 4, column 2.",
  );
});
