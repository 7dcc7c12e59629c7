/** As `server.js`, how a run is, how its numbers are spread, and what it takes pictures for: apart, since nothing asks before it is opened. */
import { call } from "./server.js";

/** @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/health">} Health */
/** @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/confusion">} Confusion */
/** @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/confusion/images">} CellImages */
/** @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/distributions">} Distributions */
/** @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/embedding">} Embedding */

/** @param {string} id of a run @param {number | null} step null: now @param {AbortSignal} signal
 * @returns {Promise<Health>} */
export const health = (id, step, signal) =>
  call("get", "/runs/{run_id}/health", { path: { run_id: id }, query: { step }, signal });

/** @param {string} id of a run @param {number | null} step null: now @param {AbortSignal} signal
 * @returns {Promise<Confusion>} */
export const confusion = (id, step, signal) =>
  call("get", "/runs/{run_id}/confusion", { path: { run_id: id }, query: { step }, signal });

/** @param {string} id of a run @param {import("./types.js").Query<"get", "/runs/{run_id}/confusion/images">} query
 * @param {AbortSignal} signal @returns {Promise<CellImages>} */
export const cellImages = (id, query, signal) =>
  call("get", "/runs/{run_id}/confusion/images", { path: { run_id: id }, query, signal });

/** @param {string} id of a run @param {import("./types.js").Query<"get", "/runs/{run_id}/distributions">} query
 * @param {AbortSignal} signal @returns {Promise<Distributions>} */
export const distributions = (id, query, signal) =>
  call("get", "/runs/{run_id}/distributions", { path: { run_id: id }, query, signal });

/** @param {string} id of a run @param {number | null} step null: now @param {AbortSignal} signal
 * @returns {Promise<Embedding>} */
export const embedding = (id, step, signal) =>
  call("get", "/runs/{run_id}/embedding", { path: { run_id: id }, query: { step }, signal });
