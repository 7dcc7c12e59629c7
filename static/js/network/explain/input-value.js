/** A value of the input itself: nothing made it, it is the picture. */

import { keyOf } from "../../shared/frame.js";
import { pixelNumbers, pixelOf } from "../../shared/heatmap/cells.js";
import { currentFrame } from "../drawing/painter.js";
import { preprocessing, step } from "../state.js";
import { arithmeticText, valueOfPixel } from "./pixel-arithmetic.js";

/**
 * @param {import("./places.js").ValuePlace} place @param {string} image
 * @returns {object | null} as an answer of `explain/output`, of kind "pixel"
 */
export function inputExplained({ layer, channel, y, x }, image) {
  const section = currentFrame()?.sections.get(keyOf("", "input"));
  if (!section?.ranges) return null;
  const [, rows, cols] = section.shape;
  const [lo, hi] = [section.ranges[2 * channel], section.ranges[2 * channel + 1]];
  const byte = section.values[(channel * rows + y) * cols + x];
  const entered = preprocessing.peek();
  const numbers = pixelNumbers(entered, channel);
  // pixels are whole numbers, so a byte of the frame gives the value back exactly
  const level = Math.round(pixelOf(numbers, lo + (byte / 255) * (hi - lo)));
  const colours = section.shape[0] === 3 ? ["red", "green", "blue"][channel] : "grey";
  const about = { layer, type: "Input", channel, y, x, image, step: step.peek() };
  const pixel = entered
    ? { value: valueOfPixel(numbers, level), arithmetic: arithmeticText(numbers) }
    : { value: level / 255 };
  return { ...about, kind: "pixel", ...pixel, level, colour: colours };
}
