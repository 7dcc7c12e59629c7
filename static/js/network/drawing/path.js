/** What a map was made from, back to the input, and what is made of it alone: the path that is read. */
import { inputsOf } from "./inputs.js";

/** @typedef {import("./layout.js").Column} Column @typedef {{layer: string, channel: number}} Place */

/** @param {Column} column @param {number} channel */
const key = (column, channel) => `${column.name} ${channel}`;

/** Whether a column makes of each map one map of its own. @param {Column} column @param {Column} source */
const followsMaps = (column, source) =>
  column.source === source && column.role === "maps" && column.shape[0] === source.shape[0];

/** @param {Column} column @param {number} channel @param {Set<string>} path */
function addInputs(column, channel, path) {
  if (path.has(key(column, channel))) return;
  path.add(key(column, channel));
  for (const { source, from } of inputsOf(column, channel))
    addInputs(source, source.cells.find((cell) => cell.map === from)?.channel ?? 0, path);
}

/** @param {Column[]} columns @param {Column} column @param {number} channel @param {Set<string>} path */
function addFollowers(columns, column, channel, path) {
  const next = columns.find((one) => followsMaps(one, column));
  if (!next) return;
  path.add(key(next, channel));
  addFollowers(columns, next, channel, path);
}

/**
 * The cells that are not on a cell's path, which may be dimmed.
 * @param {Column[]} columns @param {Place} place
 * @returns {{column: Column, cell: import("./layout.js").Cell}[]} none for the input, which everything reads
 */
export function offPath(columns, place) {
  const column = columns.find((one) => one.name === place.layer);
  if (!column?.source) return [];
  const path = new Set();
  addInputs(column, column.role === "vector" ? 0 : place.channel, path);
  addFollowers(columns, column, place.channel, path);
  return columns.flatMap((one) =>
    one.cells
      .filter((cell) => !path.has(key(one, cell.channel)))
      .map((cell) => ({ column: one, cell })),
  );
}
