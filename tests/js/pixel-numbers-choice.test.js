import assert from "node:assert/strict";
import test from "node:test";
import {
  kindOf,
  numbersOf,
  withKind,
  withNumber,
} from "../../static/js/network/training/pixel-numbers.js";

const UNIT = 1 / 255;
/** @type {(how: object) => any} */
const how = (of) => of;

test("a recipe's numbers are one of three kinds, in whichever way they are written", () => {
  assert.equal(kindOf(null), "unit");
  assert.equal(kindOf(how({ resize: "pad" })), "unit");
  assert.equal(kindOf(how({ scale: UNIT, mean: [0.5, 0.5, 0.5], std: 0.5 })), "around");
  assert.equal(kindOf(how({ scale: UNIT, mean: 0.5, std: 1 })), "own");
  assert.equal(kindOf(how({ scale: 1, mean: 0, std: 1 })), "own");
});

test("a kind has its numbers, and pictures are resized as they were", () => {
  assert.equal(withKind(null, "unit"), null);
  assert.deepEqual(withKind(null, "around"), { scale: UNIT, mean: 0.5, std: 0.5 });
  const padded = how({ scale: 1, mean: [9, 9, 9], std: 2, resize: "pad" });
  assert.deepEqual(withKind(padded, "unit"), { scale: UNIT, mean: 0, std: 1, resize: "pad" });
});

test("a number of one channel leaves those of the others", () => {
  const typed = how(withNumber(null, "mean", 1, 0.4, 3));
  assert.deepEqual(typed, { scale: UNIT, mean: [0, 0.4, 0], std: 1 });
  assert.deepEqual(numbersOf(typed, 3), { mean: [0, 0.4, 0], std: [1, 1, 1] });
  assert.equal(withNumber(null, "std", 0, 0.25, 1).std, 0.25);
});
