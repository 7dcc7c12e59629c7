import assert from "node:assert/strict";
import test from "node:test";
import { arithmeticText, valueOfPixel } from "../../static/js/network/explain/pixel-arithmetic.js";
import { greyCells, pixelNumbers, pixelOf } from "../../static/js/shared/heatmap/cells.js";
import { unpack } from "../../static/js/shared/heatmap/colour.js";
import { frameOf } from "./frames.js";

const FASHION = { scale: 1 / 255, mean: 0.286, std: [0.353] };
const COLOURS = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const levels = Array.from({ length: 256 }, (_, level) => level);

test("a pixel comes back from the value that it entered as", () => {
  for (const [entered, channel] of [
    [null, 0],
    [FASHION, 0],
    [COLOURS, 2],
    [{ scale: 2, mean: -1, std: 8 }, 0],
  ]) {
    const numbers = pixelNumbers(/** @type {any} */ (entered), /** @type {number} */ (channel));
    const back = levels.map((level) => pixelOf(numbers, valueOfPixel(numbers, level)));
    assert.ok(back.every((pixel, level) => Math.abs(pixel - level) < 0.01));
  }
});

test("a pixel enters as float32 has it at each step", () => {
  // numpy: (np.float32(128) / np.float32(255) - np.float32(0.286)) / np.float32(0.353)
  assert.equal(valueOfPixel(pixelNumbers(FASHION, 0), 128), 0.6117870211601257);
  assert.equal(valueOfPixel(pixelNumbers(null, 0), 51), Math.fround(0.2));
});

test("the arithmetic is told without what does nothing", () => {
  const { mean: _, ...plain } = FASHION;
  assert.equal(arithmeticText(pixelNumbers(FASHION, 0)), "× 1/255 − 0.286, divided by 0.353");
  assert.equal(arithmeticText(pixelNumbers({ ...plain, mean: -1, std: 1 }, 0)), "× 1/255 + 1");
  assert.equal(arithmeticText(pixelNumbers(COLOURS, 1)), "× 1/255 − 0.456, divided by 0.224");
  assert.equal(arithmeticText({ scale: 0.5, mean: 0, std: 1 }), "× 0.5");
});

test("the input is painted in the picture's own greys, however it entered", () => {
  const numbers = pixelNumbers(FASHION, 0);
  const [lo, hi] = [valueOfPixel(numbers, 0), valueOfPixel(numbers, 255)];
  const values = Uint8Array.from([0, 51, 255]);
  const frame = frameOf([["", "input", [1, 1, 3], values, [lo, hi]]]);
  const [section] = frame.sections.values();
  const greys = Array.from(greyCells(section, 0, FASHION).slice(0, 3), (cell) => unpack(cell)[0]);
  assert.deepEqual(greys, [0, 51, 255]);
});
