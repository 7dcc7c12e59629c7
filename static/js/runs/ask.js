/** What the pages about several runs ask of the server: the one place of them that talks to it. */
import { Problem } from "../shared/server.js";

/**
 * @typedef {import("../shared/types.js").Run & {name: string | null, steps: number, awake: boolean,
 *   created_at: string, restarts: number, dataset_sha256: string | null,
 *   parent: {run: string, step: number | null} | null}} Run
 * @typedef {{run: string, why: string}} Unreadable
 * @typedef {{id: string, name: string | null, steps: number, deleted_at: string}} Deleted
 */

const BASE = "/api/v1";
const PAGE = 100; // runs an answer

/** @param {string} path @param {RequestInit} [how] @returns {Promise<Response>} */
async function answerOf(path, how = {}) {
  const response = await fetch(BASE + path, how).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server does not answer; is it still running?", 0);
  });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({ detail: null }));
  throw new Problem(String(detail ?? `The server answered ${response.status}.`), response.status);
}

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
const get = (path, signal) => answerOf(path, { signal }).then((answer) => answer.json());

/** @param {string} method @param {string} path @param {object} [body] */
const send = (method, path, body) =>
  answerOf(path, {
    method,
    body: body && JSON.stringify(body),
    headers: body ? { "Content-Type": "application/json" } : {},
  });

/** @param {string} id @param {string} [path] */
const at = (id, path = "") => `/runs/${encodeURIComponent(id)}${path}`;

/** Every run, oldest first, and the files that cannot be opened.
 * @returns {Promise<{runs: Run[], unreadable: Unreadable[]}>} */
async function list() {
  /** @type {Run[]} */
  const runs = [];
  let answer = { runs: [], unreadable: [], next: /** @type {string | null} */ ("") };
  while (answer.next !== null) {
    const cursor = answer.next && `&cursor=${encodeURIComponent(answer.next)}`;
    answer = await get(`/runs?limit=${PAGE}${cursor}`);
    runs.push(...answer.runs);
  }
  return { runs, unreadable: answer.unreadable };
}

/** @param {File} file @returns {Promise<Run>} */
async function bring(file) {
  const body = new FormData();
  body.append("file", file, file.name);
  return (await answerOf("/runs/import", { method: "POST", body })).json();
}

/** Pictures of runs' first filters, PNG in base64; one that is gone meanwhile has none.
 * @param {string[]} ids @returns {Promise<Record<string, string>>} */
async function filters(ids) {
  const found = {};
  for (let from = 0; from < ids.length; from += PAGE) {
    const some = new URLSearchParams(ids.slice(from, from + PAGE).map((id) => ["run", id]));
    Object.assign(found, (await get(`/runs/filters?${some}`)).pictures);
  }
  return found;
}

export const ask = {
  list,
  bring,
  /** @returns {Promise<Deleted[]>} */
  deleted: () => get("/runs/deleted").then((answer) => answer.runs),
  /** @returns {Promise<Run>} */
  create: () => send("POST", "/runs", {}).then((answer) => answer.json()),
  /** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Run>} */
  run: (id, signal) => get(at(id), signal),
  /** @param {string} id @param {string | null} name */
  rename: (id, name) => send("PATCH", at(id), { name }),
  /** @param {string} id */
  remove: (id) => send("DELETE", at(id)),
  /** @param {string} id */
  restore: (id) => send("POST", at(id, "/restore")),
  filters,
  /** @param {string} id @param {AbortSignal} [signal] @returns {Promise<import("../shared/types.js").Layer[]>} */
  layers: (id, signal) => get(at(id, "/layers"), signal).then((answer) => answer.layers),
  /** @param {string} id @param {AbortSignal} [signal] @returns {Promise<import("../shared/frame.js").History>} */
  history: (id, signal) => get(at(id, "/history?max_points=1000"), signal),
  /** @param {string} id @param {string} image @param {number | null} step @param {AbortSignal} [signal] */
  predictions: (id, image, step, signal) =>
    get(at(id, `/predictions?image=${image}${step === null ? "" : `&step=${step}`}`), signal),
  /** @param {string} id @param {string} image @param {AbortSignal} [signal] @returns {Promise<import("../shared/types.js").Image>} */
  image: (id, image, signal) => get(at(id, `/images/${image}`), signal),
  /** A weight as `.npy`. @param {string} id @param {string} layer @param {number | null} step @param {AbortSignal} [signal] */
  weight: async (id, layer, step, signal) => {
    const when = step === null ? "" : `&step=${step}`;
    const path = at(id, `/layers/${encodeURIComponent(layer)}/weight?format=npy${when}`);
    const answer = await answerOf(path, { signal });
    return {
      step: Number(answer.headers.get("Convscope-Step")),
      recomputed: answer.headers.get("Convscope-Recomputed"),
      bytes: await answer.arrayBuffer(),
    };
  },
};

/** Addresses for links and pictures. */
export const address = {
  /** @param {string} id */
  open: (id) => `/?run=${encodeURIComponent(id)}`,
  /** @param {string} a @param {string} b */
  compare: (a, b) => `/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`,
  /** @param {string} id */
  file: (id) => `${BASE}${at(id, "/export")}`,
  /** @param {string} id @param {string} image */
  picture: (id, image) => `${BASE}${at(id, `/images/${image}/picture`)}?stage=input`,
};
