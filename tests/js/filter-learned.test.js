import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alikeWords,
  evenly,
  points,
  seenWords,
} from "../../static/js/network/filter/learned/words.js";

const FIRST = "step 0 of this run";

test("how alike it is with its control says whether it was learned", () => {
  assert.equal(
    alikeWords(0.31, FIRST, "answered to"),
    "0.31 alike with step 0 of this run: it was learned.",
  );
  assert.equal(
    alikeWords(0.9, FIRST, "answered to"),
    "0.90 alike with step 0 of this run: it answered to much the same before it learned.",
  );
  assert.match(alikeWords(-0.2, FIRST, "wanted"), /^−0\.20 alike .*: it was learned\.$/);
  assert.match(alikeWords(1, FIRST, "wanted"), /the same as before it learned/);
  assert.match(alikeWords(null, FIRST, "wanted"), /cannot be said/);
});

test("how many pictures were looked at is said, and whether more are", () => {
  const some = { images: 500, of: 2000, half: /** @type {const} */ ("test") };
  assert.equal(
    seenWords({ ...some, isWorking: true }),
    "Of the first 500 of 2,000 held-out pictures…",
  );
  assert.equal(
    seenWords({ ...some, isWorking: false }),
    "Of the first 500 of 2,000 held-out pictures.",
  );
  assert.equal(
    seenWords({ images: 2000, of: 2000, half: "train", isWorking: true }),
    "Of all 2,000 training pictures.",
  );
});

test("points of accuracy have their sign, and none at zero", () => {
  assert.deepEqual([0.021, -0.003, 0, 0.0001, -0.0001].map(points), [
    "+2.1",
    "−0.3",
    "0.0",
    "0.0",
    "0.0",
  ]);
});

test("some of a path are its first, its last and some evenly between", () => {
  assert.deepEqual(evenly(33, 6), [0, 6, 13, 19, 26, 32]);
  assert.deepEqual(evenly(3, 6), [0, 1, 2]);
  assert.deepEqual(evenly(1, 6), [0]);
});
