/**
 * What the filter view shows, out of a frame: one filter's numbers and where it answers most.
 * @typedef {import("../drawing/layout.js").Column} Column
 * @typedef {import("../../shared/frame.js").Frame} Frame
 */

import { count, plural } from "../../shared/format.js";
import { keyOf } from "../../shared/frame.js";
import { ofKind } from "../drawing/scales.js";

/**
 * One filter's part of a tensor, and half of the scale that it has in the network too.
 * @param {Frame} frame @param {Column} column @param {number} channel @param {string} kind
 * @param {import("../drawing/scales.js").Scales} scales
 * @returns {{values: Float32Array, bias: number | null, limit: number} | null} null: not in the frame
 */
export function filterValues(frame, column, channel, kind, scales) {
  const section = frame.sections.get(keyOf(column.name, "weight", ofKind(kind)));
  if (section?.dtype !== "f32") return null;
  const each = section.values.length / section.shape[0];
  const values = /** @type {Float32Array} */ (
    section.values.subarray(channel * each, (channel + 1) * each)
  );
  const biases = frame.sections.get(keyOf(column.name, "bias", ofKind(kind)));
  const limit = scales.limit("kernels", ofKind(kind), column.name, channel);
  return { values, bias: biases ? biases.values[channel] : null, limit };
}

/**
 * Where a map is largest. Its bytes are enough to find the place.
 * @param {Frame} frame @param {Column} column @param {number} channel
 * @returns {{lo: number, hi: number, y: number, x: number, constant: boolean} | null}
 */
export function mapPeak(frame, column, channel) {
  const section = frame.sections.get(keyOf(column.name, "output"));
  if (!section?.ranges || section.shape[0] <= channel) return null;
  const [, rows, cols] = section.shape;
  const map = section.values.subarray(channel * rows * cols, (channel + 1) * rows * cols);
  let at = 0;
  for (let i = 1; i < map.length; i++) if (map[i] > map[at]) at = i;
  const [lo, hi] = [section.ranges[2 * channel], section.ranges[2 * channel + 1]];
  return { lo, hi, y: Math.floor(at / cols), x: at % cols, constant: !(hi > lo) };
}

/** A filter in plain words. @param {Column} column */
export function filterSentence(column) {
  const [rows, cols] = column.kernel ?? [1, 1];
  const kernels = column.layer?.window?.read ?? column.kernels;
  const weights = rows * cols * kernels;
  if (column.role !== "conv") {
    const form =
      column.kernels > 1
        ? `, drawn as ${plural(column.kernels, "picture")} of ${rows}×${cols}`
        : "";
    return `This output is a weighted sum of all ${count(weights)} values before it: ${plural(weights, "weight")}${form}, and one bias.`;
  }
  const [, height, width] = column.shape;
  const bias = column.layer?.bias_shape ? " and one bias" : ", no bias";
  return `This filter is ${plural(kernels, "kernel")} of ${rows}×${cols}: ${plural(weights, "weight")}${bias}, used at all ${count(height * width)} positions.`;
}
