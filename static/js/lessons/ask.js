/** What the lessons ask of the server: the one place of these pages that talks to it. */
import { Problem } from "../shared/server.js";

/**
 * @typedef {import("../shared/types.js").Run} Run
 * @typedef {number[][]} Rows
 * @typedef {{rows: (number | null)[], columns: (number | null)[], patch: (number | null)[][], products: Rows, sum: number}} Term
 * @typedef {{output: Rows, shape: [number, number], terms: Term[][] | null}} Convolved
 * @typedef {{image: Rows, kernel: Rows, bias?: number, stride?: number, padding?: number, dilation?: number}} Figure
 * @typedef {{step: number, layout: string, axes: string[], shape: number[], values: any}} Tensor
 */

const BASE = "/api/v1";
const FULL = 503; // no room for another run

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
async function call(method, path, body) {
  const response = await fetch(BASE + path, {
    method,
    body: body && JSON.stringify(body),
    headers: body ? { "Content-Type": "application/json" } : {},
  }).catch(() => {
    throw new Problem("The server does not answer; is it still running?", 0);
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(sentence(response.status, answer.detail), response.status);
  return answer;
}

/** @param {number} status @param {string | undefined} detail */
function sentence(status, detail) {
  const said = detail ?? `The server answered ${status}.`;
  return status === FULL
    ? `${said} The figure needs a run of its own: try again in a few minutes.`
    : said;
}

/** @param {string} id @param {string} path @param {Record<string, string | number>} [query] */
function at(id, path, query = {}) {
  const words = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]));
  return `/runs/${encodeURIComponent(id)}${path}${words.size ? `?${words}` : ""}`;
}

export const ask = {
  /** @param {Figure} figure @returns {Promise<Convolved>} */
  convolve: (figure) => call("POST", "/convolve", figure),
  /** @param {object} recipe @returns {Promise<Run & {taken: string[]}>} */
  create: (recipe) => call("POST", "/runs", recipe),
  /** Answers once its worker is up. @param {string} id @returns {Promise<Run & {taken: string[]}>} */
  ready: (id) => call("POST", at(id, "/pause")),
  /** @param {string} id @param {number} until @returns {Promise<Run>} */
  train: (id, until) => call("POST", at(id, "/step"), { until }),
  /** @param {string} id @returns {Promise<Run>} */
  run: (id) => call("GET", at(id, "")),
  /** @param {string} id @param {string} tensor "conv1/weight" @param {Record<string, string>} [query] @returns {Promise<Tensor>} */
  tensor: (id, tensor, query = {}) =>
    call("GET", at(id, `/layers/${tensor}`, { format: "json", ...query })),
  /** @param {string} id @returns {Promise<import("../shared/types.js").Layer[]>} */
  layers: (id) => call("GET", at(id, "/layers")).then((answer) => answer.layers),
  /** @param {string} id @param {Record<string, string | number>} place */
  output: (id, place) => call("GET", at(id, "/explain/output", place)),
  /** @param {string} id @param {Record<string, string | number>} place */
  weight: (id, place) => call("GET", at(id, "/explain/weight", place)),
  /** @param {string} id @param {string} image */
  image: (id, image) => call("GET", at(id, `/images/${image}`)),
};

/** Ends a run, even while the page is being left. @param {string} id */
export function end(id) {
  fetch(BASE + at(id, ""), { method: "DELETE", keepalive: true }).catch(() => {});
}

/** A run's picture as its network sees it. @param {string} id @param {string} image */
export const pictureOf = (id, image) => `${BASE}${at(id, `/images/${image}/picture`)}?stage=input`;

/**
 * One held-out picture of a data set as rows of numbers, 0 … 1.
 * @param {string} dataset grey pictures @param {number} number @returns {Promise<Rows>}
 */
export async function pixels(dataset, number) {
  const query = new URLSearchParams({ offset: String(number), count: "1", columns: "1" });
  const response = await fetch(`${BASE}/datasets/${dataset}/sheet?${query}`);
  if (!response.ok) throw new Problem("The picture could not be had.", response.status);
  const bitmap = await createImageBitmap(await response.blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  if (!context) throw new Problem("This browser cannot read pictures.", 0);
  context.drawImage(bitmap, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[4 * (y * width + x)] / 255),
  );
}
