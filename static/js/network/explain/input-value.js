/** A value of the input itself: nothing made it, it is the picture. */

import { keyOf } from "../../shared/frame.js";
import { currentFrame } from "../drawing/painter.js";
import { step } from "../state.js";

/** Pixels are n / 255, so a byte of the frame gives the value back exactly. @param {number} value */
const pixelLevel = (value) => Math.round(value * 255);

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
  const level = pixelLevel(lo + (byte / 255) * (hi - lo));
  const colours = section.shape[0] === 3 ? ["red", "green", "blue"][channel] : "grey";
  const about = { layer, type: "Input", channel, y, x, image, step: step.peek() };
  return { ...about, kind: "pixel", value: level / 255, level, colour: colours };
}
