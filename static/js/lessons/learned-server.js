/** As `server.js`, what a filter wants and who taught it. */
import { call } from "../shared/server.js";

/** @typedef {{frames: number[][][][], values: (number | null)[], control: {picture: number[][][]}}} Film */
/** @typedef {import("../shared/types.js").Answer<"get", "/runs/{run_id}/layers/{layer}/filters/{number}/examples">} Taught */

/** @param {string} id of a run @param {string} layer @param {number} number @returns {Promise<Film>} */
export const maximization = (id, layer, number) =>
  /** @type {any} */ (
    call("get", "/runs/{run_id}/layers/{layer}/filters/{number}/maximization", {
      path: { run_id: id, layer, number },
    })
  );

/** @param {string} id of a run @param {string} layer @param {number} number @param {number} count
 * @returns {Promise<Taught>} */
export const teachingExamples = (id, layer, number, count) =>
  call("get", "/runs/{run_id}/layers/{layer}/filters/{number}/examples", {
    path: { run_id: id, layer, number },
    query: { count },
  });
