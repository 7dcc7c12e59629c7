import assert from "node:assert/strict";
import test from "node:test";
import {
  accuracyShift,
  effectSentence,
  parseNumber,
} from "../../static/js/network/interventions/text.js";
import { withRealMinus } from "../../static/js/shared/format.js";
import { undoableCount } from "../../static/js/shared/run-text.js";

const change = { id: 1, step: 4, says: "", undoes: null, run: /** @type {any} */ (null) };

test("what is typed is a number, with a comma or a real minus too", () => {
  assert.equal(parseNumber(" −1,5 "), -1.5);
  assert.equal(parseNumber("2e-3"), 0.002);
  for (const text of ["", "x", "1e999", "1 2"]) assert.equal(parseNumber(text), null);
});

test("an undone change and the undoing are not undone again", () => {
  const second = { ...change, id: 2 };
  const undoing = { ...change, id: 3, undoes: 2 };
  assert.equal(undoableCount([change, second]), 2);
  assert.equal(undoableCount([change, second, undoing]), 1);
  assert.equal(undoableCount([]), 0);
});

test("what a filter was worth is told in points", () => {
  const worth = {
    ...change,
    type: "silence",
    steps_ahead: 0,
    held_out_before: 0.81,
    held_out_after: 0.748,
  };
  assert.equal(effectSentence(worth), "Held-out accuracy 81.0% → 74.8%: worth 6.2 points.");
  assert.match(effectSentence({ ...worth, type: "set" }), /: 6\.2 points worse\.$/);
  assert.match(effectSentence({ ...worth, held_out_after: 0.82 }), /1\.0 points better/);
  assert.match(effectSentence({ ...worth, held_out_after: 0.81 }), /no change/);
  assert.equal(effectSentence({ ...worth, held_out_after: null }), "");
  assert.match(
    effectSentence({ ...worth, steps_ahead: 100, type: "freeze" }),
    /^100 steps on, .* 81\.0% if it learned, 74\.8% frozen: its learning is worth 6\.2 points\.$/,
  );
});

test("the accuracy around a change is told as far as it is known", () => {
  assert.equal(accuracyShift({ held_out_before: 0.81, held_out_after: 0.748 }), "81.0% → 74.8%");
  assert.equal(accuracyShift({ held_out_before: null, held_out_after: 0.748 }), "→ 74.8%");
  assert.equal(accuracyShift({ held_out_before: 0.81, held_out_after: null }), "");
  assert.equal(accuracyShift(null), "");
});

test("negative numbers in a sentence get a real minus, and hyphens stay", () => {
  assert.equal(
    withRealMinus("conv1, weight [3, 0, 1, 2]: -0.1234 became -2e-05"),
    "conv1, weight [3, 0, 1, 2]: −0.1234 became −2e−05",
  );
  assert.equal(withRealMinus("left-to-right, conv-1, made -5"), "left-to-right, conv-1, made −5");
});
