/** Another state of each kernel, drawn beside it: as it was a step ago, or before the first step. */
import { effect, signal } from "@preact/signals";
import { keyOf } from "../../shared/frame.js";
import { noticeError } from "../../shared/notices.js";
import { parseNpy } from "../../shared/npy.js";
import { server } from "../../shared/server.js";
import { ghost, layers, liveRun } from "../state.js";

/** @typedef {import("../../shared/frame.js").Frame} Frame */

/** The weights that a run began with, by layer; `of` is the run, and how often it was reset. */
export const firstWeights = signal({
  of: "",
  layers: /** @type {Map<string, Float32Array>} */ (new Map()),
});

/** @param {import("../state.js").Run} run */
const lifeOf = (run) => `${run.id} ${run.restarts}`;

/** Asked for when somebody wants to see them. */
effect(() => {
  const run = liveRun.value;
  if (ghost.value !== "first" || !run) return;
  const of = lifeOf(run);
  if (firstWeights.peek().of === of) return;
  const wanted = { of, layers: new Map() };
  firstWeights.value = wanted;
  const convolutions = layers.value.filter((layer) => layer.type === "Conv2d");
  for (const { name } of convolutions) {
    server.weightBytes(run.id, name, 0).then(({ bytes }) => {
      const { values } = parseNpy(bytes);
      if (firstWeights.peek().of !== of) return;
      firstWeights.value = { of, layers: new Map(firstWeights.peek().layers).set(name, values) };
    }, noticeError);
  }
});

/**
 * A layer's weights in the other state. @param {Frame} frame @param {string} name
 * @returns {Float32Array | null} null: there is none, or it has not come yet
 */
export function ghostValues(frame, name) {
  if (ghost.peek() === "first") return firstWeights.peek().layers.get(name) ?? null;
  const weights = frame.sections.get(keyOf(name, "weight"));
  const update = frame.sections.get(keyOf(name, "weight", "update"));
  if (ghost.peek() !== "last" || weights?.dtype !== "f32" || update?.dtype !== "f32") return null;
  return Float32Array.from(weights.values, (value, i) => value - update.values[i]);
}
