/** What a weight is in the frame on the page. */
import { keyOf } from "../../shared/frame.js";
import { currentFrame } from "../drawing/painter.js";
import { slowTick } from "../state.js";

/** Who reads it is drawn again with the frames. @param {import("./places.js").WeightPlace} place @returns {number | null} null: the frame does not have it */
export function weightNow({ layer, tensor, index }) {
  slowTick.value;
  const section = currentFrame()?.sections.get(keyOf(layer, tensor));
  if (section?.dtype !== "f32") return null;
  const at = index.reduce((sum, i, axis) => sum * section.shape[axis] + i, 0);
  return section.values[at] ?? null;
}
