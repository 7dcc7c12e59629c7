/** What is asked about what a filter learned: its own part of `server.js`, since it is loaded later. */
import { call, linkTo } from "./server.js";

/** @typedef {"/runs/{run_id}/layers/{layer}/filters/{number}"} FilterPath */
/** @typedef {{run: string, layer: string, filter: number}} AskedFilter */
/** @typedef {import("./types.js").Answer<"get", `${FilterPath}/patches`>} Patches
 * @typedef {Patches["best"][number]} Patch
 * @typedef {import("./types.js").Answer<"get", `${FilterPath}/maximization`>} Maximization
 * @typedef {import("./types.js").Answer<"get", `${FilterPath}/trajectory`>} Trajectory
 * @typedef {import("./types.js").Answer<"get", `${FilterPath}/examples`>} Examples
 * @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/layers/{layer}/ablation">} Ablation */

/** @param {AskedFilter} of */
const at = ({ run, layer, filter }) => ({ run_id: run, layer, number: filter });

export const learnedServer = {
  /** @param {AskedFilter} of @param {import("./types.js").Query<"get", `${FilterPath}/patches`>} query @param {AbortSignal} signal
   * @returns {Promise<Patches>} */
  patches: (of, query, signal) =>
    call("get", "/runs/{run_id}/layers/{layer}/filters/{number}/patches", {
      path: at(of),
      query,
      signal,
    }),
  /** @param {AskedFilter} of @param {import("./types.js").Query<"get", `${FilterPath}/maximization`>} query @param {AbortSignal} signal
   * @returns {Promise<Maximization>} */
  maximization: (of, query, signal) =>
    call("get", "/runs/{run_id}/layers/{layer}/filters/{number}/maximization", {
      path: at(of),
      query,
      signal,
    }),
  /** Over the steps up to one. @param {AskedFilter} of @param {{step: number | null}} query null: all @param {AbortSignal} signal
   * @returns {Promise<Trajectory>} */
  trajectory: (of, query, signal) =>
    call("get", "/runs/{run_id}/layers/{layer}/filters/{number}/trajectory", {
      path: at(of),
      query,
      signal,
    }),
  /** @param {AskedFilter} of @param {import("./types.js").Query<"get", `${FilterPath}/examples`>} query @param {AbortSignal} signal
   * @returns {Promise<Examples>} */
  examples: (of, query, signal) =>
    call("get", "/runs/{run_id}/layers/{layer}/filters/{number}/examples", {
      path: at(of),
      query,
      signal,
    }),
  /** @param {AskedFilter} of one of the layer's @param {number | null} step null: now @param {AbortSignal} signal
   * @returns {Promise<Ablation>} */
  ablation: ({ run, layer }, step, signal) =>
    call("get", "/runs/{run_id}/layers/{layer}/ablation", {
      path: { run_id: run, layer },
      query: { step },
      signal,
    }),
};

/** The way to the picture that a filter wants, to download.
 * @param {AskedFilter} of @param {import("./types.js").Query<"get", `${FilterPath}/maximization`>} query */
export const wantedAddress = (of, query) =>
  linkTo("/runs/{run_id}/layers/{layer}/filters/{number}/maximization", { path: at(of), query });

/** A filter's kernels at these steps, as a film. @param {AskedFilter} of @param {number[]} steps */
export const biographyFilm = (of, steps) =>
  linkTo("/runs/{run_id}/layers/{layer}/filters/{number}/trajectory", {
    path: at(of),
    query: { steps: steps.join(), format: /** @type {const} */ ("webp") },
  });
