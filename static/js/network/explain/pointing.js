/** The number under the pointer or the keyboard focus, and the one that is pinned. */
import { pinned, pointed, replay } from "../state.js";
import { kernelPlace, same, weightIndex } from "./places.js";

/** @typedef {import("./places.js").ValuePlace | import("./places.js").WeightPlace} Place */
/** @typedef {Place & {within?: "filter"}} NumberPlace `within`: pointed at in the filter view */

/** @param {NumberPlace | null} place */
export function pointAt(place) {
  if (replay.peek() && place) return; // the maps are those of another picture then
  if (!same(pointed.peek(), place)) pointed.value = place;
}

/** Pins a number, or unpins it where it is pinned already. @param {NumberPlace | null} place */
export function togglePin(place) {
  if (replay.peek()) return;
  pinned.value = same(pinned.peek(), place) ? null : place;
}

/** Pins another number, never unpins. @param {NumberPlace} place */
export function pinAt(place) {
  pinned.value = place;
}

export function unpin() {
  pinned.value = null;
  pointed.value = null;
}

/**
 * Where an arrow key leads on a map of rows × columns.
 * @param {import("./places.js").ValuePlace} place @param {string} key @param {number} rows @param {number} cols
 * @returns {import("./places.js").ValuePlace | null} null: another key
 */
export function moved(place, key, rows, cols) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  if (!step) return null;
  const clamp = (/** @type {number} */ v, /** @type {number} */ n) =>
    Math.max(0, Math.min(n - 1, v));
  return { ...place, y: clamp(place.y + step[0], rows), x: clamp(place.x + step[1], cols) };
}

/**
 * Where an arrow key leads from a weight: along the rows of all its filter's kernels, and up and down in one.
 * @param {import("../drawing/layout.js").Column} column @param {import("./places.js").WeightPlace} place @param {string} key
 * @returns {import("./places.js").WeightPlace | null} null: another key, or out of the kernel
 */
export function movedWeight(column, { layer, index }, key) {
  const [rows, cols] = column.kernel ?? [1, 1];
  const { k, r, c } = kernelPlace(column, index);
  const next = moved(
    { layer, channel: 0, y: r + 1, x: k * cols + c },
    key,
    rows + 2,
    column.kernels * cols,
  );
  if (!next || next.y < 1 || next.y > rows) return null;
  const at = weightIndex(column, index[0], Math.floor(next.x / cols), next.y - 1, next.x % cols);
  return { layer, tensor: "weight", index: at };
}

/**
 * Where an arrow key leads from a pinned number. @param {NumberPlace} place
 * @param {import("../drawing/layout.js").Column} column its own @param {string} key
 * @returns {NumberPlace | null} null: another key
 */
export function beside(place, column, key) {
  if (isWeight(place)) {
    const next = place.tensor === "weight" && movedWeight(column, place, key);
    return next ? { ...next, within: place.within } : null;
  }
  const [, rows, cols] = column.shape;
  if (["vector", "classes", "label"].includes(column.role)) {
    const next = moved({ ...place, y: place.channel, x: 0 }, key, cols, 1);
    return next && { ...place, channel: next.y };
  }
  return moved(place, key, rows, cols);
}

/** @param {NumberPlace | null} place @returns {place is import("./places.js").WeightPlace & {within?: "filter"}} */
export const isWeight = (place) => place !== null && "tensor" in place;
