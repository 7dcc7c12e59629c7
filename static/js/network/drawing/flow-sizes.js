/**
 * How much flows through the lines between maps for the picture on the page, and with which sign. No canvas.
 *
 * @typedef {import("./columns.js").Column} Column
 * @typedef {import("../../shared/frame.js").Frame} Frame
 * @typedef {{column: Column, source: Column, channel: number, read: number, k: number}} Weighed a line: the
 *   source's channel `read` goes into a cell of the column by its kernel `k`, −1: by none
 */
import { keyOf } from "../../shared/frame.js";

/** The mean size of each map's values. @param {Frame} frame @param {string} name of the layer @returns {number[] | null} */
function meanSizes(frame, name) {
  const section = frame.sections.get(name === "input" ? keyOf("", "input") : keyOf(name, "output"));
  if (!section?.ranges) return null;
  const { values, ranges, shape } = section;
  const each = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, c) => {
    const [lo, hi] = [ranges[2 * c], ranges[2 * c + 1]];
    const unit = (hi - lo) / 255;
    let sum = 0;
    for (let i = c * each; i < (c + 1) * each; i++) sum += Math.abs(lo + values[i] * unit);
    return sum / each;
  });
}

/**
 * What flows through each line: the mean size of the map's values, times the sizes of the kernel's weights
 * where a kernel reads it. @param {Weighed[]} links @param {Frame} frame @returns {Float64Array}
 */
export function flows(links, frame) {
  /** @type {Map<string, number[] | null>} */
  const means = new Map();
  const out = new Float64Array(links.length);
  links.forEach(({ column, source, channel, read, k }, i) => {
    if (!means.has(source.name)) means.set(source.name, meanSizes(frame, source.name));
    const mean = means.get(source.name)?.[read] ?? 0;
    out[i] = mean * (k < 0 ? 1 : kernelSize(frame, column, channel, k));
  });
  return out;
}

/** Of each line: 1 where its kernel's weights come to more than 0, −1 where to less, 0 without a kernel.
 * @param {Weighed[]} links @param {Frame} frame */
export function signs(links, frame) {
  return links.map(({ column, channel, k }) => {
    const section = k < 0 ? null : frame.sections.get(keyOf(column.name, "weight"));
    if (section?.dtype !== "f32") return 0;
    const n = (column.kernel?.[0] ?? 1) * (column.kernel?.[1] ?? 1);
    const from = (channel * column.kernels + k) * n;
    let sum = 0;
    for (let i = from; i < from + n; i++) sum += section.values[i];
    return Math.sign(sum);
  });
}

/** The sum of the sizes of one kernel's weights. @param {Frame} frame @param {Column} column @param {number} channel @param {number} k */
function kernelSize(frame, column, channel, k) {
  const section = frame.sections.get(keyOf(column.name, "weight"));
  if (section?.dtype !== "f32") return 1; // gradients are shown: the map alone counts
  const [rows, cols] = column.kernel ?? [1, 1];
  const from = (channel * column.kernels + k) * rows * cols;
  let sum = 0;
  for (let i = from; i < from + rows * cols; i++) sum += Math.abs(section.values[i]);
  return sum;
}

/** Each line's share of the widest one into its column. @param {Weighed[]} links @param {Float64Array} flow */
export function sharesOf(links, flow) {
  /** @type {Map<Column, number>} */
  const most = new Map();
  links.forEach(({ column }, i) => {
    most.set(column, Math.max(most.get(column) ?? 0, flow[i]));
  });
  return links.map(({ column }, i) => {
    const widest = most.get(column) ?? 0;
    return widest > 0 ? flow[i] / widest : 0;
  });
}
