/** Which maps a cell reads, by arithmetic over the columns. */
import { cellOf } from "../explain/places.js";
import { sourceChannel } from "./columns.js";

/** @typedef {import("./layout.js").Column} Column @typedef {import("./layout.js").Rect} Rect */

/**
 * The maps that a cell reads, each with the place its line ends at: its kernel, or the map itself.
 * @param {Column} column @param {number} channel
 * @returns {{from: Rect, to: Rect, source: Column, read: number, k: number}[]} `read`: the source's channel;
 *   `k`: the kernel that reads it, −1: none
 */
export function inputsOf(column, channel) {
  const { source, role } = column;
  const cell = column.role === "vector" ? column.cells[0] : column.cells[channel];
  if (!source || !cell) return [];
  if (role === "vector" && source.role !== "vector") {
    return source.cells.map((from) => ({
      from: from.map,
      to: cell.map,
      source,
      read: from.channel,
      k: -1,
    }));
  }
  const weighed = role === "conv" || role === "classes";
  const drawn = cell.kernels.length > 0;
  const ends = weighed
    ? Array.from({ length: column.kernels }, (_, k) => (drawn ? cell.kernels[k] : cell.whole))
    : [cell.map];
  return ends.flatMap((to, k) => {
    const read = weighed ? sourceChannel(column, channel, k) : channel;
    const from = cellOf(source, read);
    return from ? [{ from: from.map, to, source, read, k: weighed ? k : -1 }] : [];
  });
}
