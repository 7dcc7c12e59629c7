/** What columns and their cells are called, and which filter a map comes from. */
import { run } from "../state.js";

/** @typedef {import("./layout.js").Column} Column */

/** The filter whose map a cell shows, through layers that keep their channels.
 * @param {Column} column @param {number} channel @returns {{layer: string, channel: number} | null} */
export function filterOf(column, channel) {
  if (["conv", "classes", "vector"].includes(column.role)) {
    return column.kernels ? { layer: column.name, channel } : null;
  }
  const { source } = column;
  return source && source.shape[0] === column.shape[0] && source.role !== "input"
    ? filterOf(source, channel)
    : null;
}

/** What a cell is called; all are counted from 0.
 * @param {Column} column @param {number} channel */
export function cellName(column, channel) {
  if (column.role === "classes")
    return `${column.name}, ${run.value?.classes[channel] ?? `output ${channel}`}`;
  const number = channel + (column.layer?.window?.first ?? 0);
  if (column.role === "conv") return `${column.name}, filter ${number}`;
  if (column.role === "vector") return `${column.name}, ${column.shape[2]} values`;
  if (column.role === "input" && column.shape[0] === 3) {
    return ["input, in colour", "input, red", "input, green", "input, blue"][channel];
  }
  return `${column.name}, map ${number}`;
}

/** What a kernel reads. @param {Column} column @param {number} k channel of its source */
export function inputName(column, k) {
  const { source } = column;
  if (!source && column.role === "conv") return `channel ${k}`;
  if (!source || (column.kernels === 1 && source.role !== "input")) return "all values";
  const shift = source.role === "input" && source.shape[0] === 3 ? 1 : 0;
  return source.shape[0] === 1 && source.role === "input" ? "input" : cellName(source, k + shift);
}
