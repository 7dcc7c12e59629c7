/** As `server.js`, where a class score comes from: apart, since nothing asks before it is opened. */
import { call, linkTo } from "./server.js";

/** @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/attributions">} Attribution */
/** @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/attributions/contributions">} Contributions */

/** @param {string} id of a run @param {import("./types.js").Query<"get", "/runs/{run_id}/attributions">} query
 * @param {AbortSignal} signal @returns {Promise<Attribution>} */
export const attribution = (id, query, signal) =>
  call("get", "/runs/{run_id}/attributions", { path: { run_id: id }, query, signal });

/** Its values, for `numpy.load`. @param {string} id of a run @param {import("./types.js").Query<"get", "/runs/{run_id}/attributions">} query */
export const attributionFile = (id, query) =>
  linkTo("/runs/{run_id}/attributions", {
    path: { run_id: id },
    query: { ...query, format: /** @type {const} */ ("npy") },
  });

/** @param {string} id of a run @param {import("./types.js").Query<"get", "/runs/{run_id}/attributions/contributions">} query
 * @param {AbortSignal} signal @returns {Promise<Contributions>} */
export const contributions = (id, query, signal) =>
  call("get", "/runs/{run_id}/attributions/contributions", { path: { run_id: id }, query, signal });
