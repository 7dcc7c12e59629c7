import assert from "node:assert/strict";
import test from "node:test";
import {
  fitOf,
  kindOf,
  numbersOf,
  pixelOptions,
  setNumbers,
  withKind,
  withNumber,
  withSet,
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

test("pictures that come later are fitted as those of the data set were", () => {
  assert.equal(fitOf(undefined), null);
  assert.equal(fitOf({ fit: "crop" }), null);
  const set = { mean: 0.4, std: 0.2 };
  assert.deepEqual(withSet(fitOf({ fit: "pad" }), set), { resize: "pad", scale: UNIT, ...set });
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

test("a data set's numbers are a kind of their own, in as many channels as the network has", () => {
  const grey = { mean: [0.285467174], std: [0.352626035] };
  const colour = { mean: [0.1, 0.2, 0.3], std: [0.25, 0, 0.75] };
  assert.deepEqual(setNumbers(grey, 1), { mean: 0.2855, std: 0.3526 });
  assert.deepEqual(setNumbers(grey, 3), { mean: 0.2855, std: 0.3526 }, "each channel is the grey");
  assert.deepEqual(setNumbers(colour, 3), { mean: [0.1, 0.2, 0.3], std: [0.25, 1, 0.75] });
  assert.equal(setNumbers(colour, 1), null, "colours would be mixed");
  assert.equal(setNumbers(undefined, 1), null);
  for (const found of [grey, colour]) {
    const set = /** @type {any} */ (setNumbers(found, 3));
    const made = how(withSet(how({ resize: "pad" }), set));
    assert.equal(made.resize, "pad");
    assert.equal(kindOf(made, set), "set");
    assert.equal(kindOf(made), "own");
    assert.equal(kindOf(how({ ...made, std: 0.5 }), set), "own");
  }
  const values = (/** @type {boolean} */ hasSet) =>
    pixelOptions(null, hasSet).map(({ value }) => value);
  assert.deepEqual(values(true), ["unit", "around", "set", "own"]);
  assert.deepEqual(values(false), ["unit", "around", "own"]);
});
