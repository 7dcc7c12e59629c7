/**
 * The one place that talks to the server: REST here, the stream in `stream.js`.
 * Every function answers what the server answered, or throws a `Problem` with its sentence.
 *
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Image} Image
 */

const BASE = "/api/v1";

/** An answer that says no; the message is the server's own sentence. */
export class Problem extends Error {
  /** @param {string} sentence @param {number} status 0: no answer at all */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** @param {Response} response */
async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const sentence = body.detail ?? `The server answered ${response.status} ${response.statusText}.`;
  return new Problem(String(sentence), response.status);
}

/**
 * @param {string} method @param {string} path below the API's base
 * @param {object | FormData} [body] JSON, or a form with a file
 * @returns {Promise<any>} JSON, or null for an empty answer
 */
async function call(method, path, body) {
  const response = await answerOf(method, path, body);
  return response.status === 204 ? null : response.json();
}

/** @param {string} method @param {string} path @param {object | FormData} [body] */
async function answerOf(method, path, body) {
  const form = body instanceof FormData;
  const response = await fetch(BASE + path, {
    method,
    body: form ? body : body && JSON.stringify(body),
    headers: body && !form ? { "Content-Type": "application/json" } : {},
  }).catch(() => {
    throw new Problem("The server does not answer; is it still running?", 0);
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** @param {string} id @param {string} [path] */
const at = (id, path = "") => `/runs/${encodeURIComponent(id)}${path}`;

/** @param {Record<string, string | number | null>} query what is null is left out */
const queryOf = (query) =>
  new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );

/** @param {string} id @param {string} layer @param {string} tensor @param {Record<string, string | number | null>} query */
const tensorAt = (id, layer, tensor, query) =>
  at(id, `/layers/${encodeURIComponent(layer)}/${tensor}?${queryOf(query)}`);

/** @param {string} id @param {string} layer @param {number} filter @param {number[]} steps @param {"json" | "png"} format */
const stripAt = (id, layer, filter, steps, format) =>
  at(
    id,
    `/layers/${encodeURIComponent(layer)}/strip?${queryOf({ filter, steps: steps.join(), format })}`,
  );

/** @param {string} dataset @param {Record<string, string | number>} query @param {string} what */
const pictures = (dataset, query, what) =>
  `/datasets/${encodeURIComponent(dataset)}/${what}?${queryOf(query)}`;

/** @param {Blob} file @param {string} [invert] */
function formOf(file, invert = "auto") {
  const form = new FormData();
  form.append("file", file, file instanceof File ? file.name : "drawing.png");
  form.append("invert", invert);
  return form;
}

export const server = {
  models: () => call("GET", "/models").then((answer) => answer.models),
  datasets: () => call("GET", "/datasets").then((answer) => answer.datasets),
  /** @param {object} recipe @returns {Promise<Run>} */
  create: (recipe) => call("POST", "/runs", recipe),
  /** @param {string} id @returns {Promise<Run>} */
  run: (id) => call("GET", at(id)),
  /** @param {string} id @param {"play" | "pause" | "reset" | "resume"} what */
  command: (id, what) => call("POST", at(id, `/${what}`)),
  /** @param {string} id @param {number} steps */
  step: (id, steps) => call("POST", at(id, "/step"), { steps }),
  /** @param {string} id @param {object} settings @returns {Promise<Run>} */
  patch: (id, settings) => call("PATCH", at(id), settings),
  /** @param {string} id */
  layers: (id) => call("GET", at(id, "/layers")).then((answer) => answer.layers),
  /** @param {string} id @returns {Promise<import("./frame.js").History>} */
  history: (id) => call("GET", at(id, "/history?max_points=2000")),
  /** @param {string} id @param {string} image @returns {Promise<Image>} */
  image: (id, image) => call("GET", at(id, `/images/${image}`)),
  /** @param {string} id @param {Blob} file @param {string} [invert] @returns {Promise<Image>} */
  upload: (id, file, invert) => call("POST", at(id, "/images"), formOf(file, invert)),
  /** @param {string} id @param {string} image @param {Blob} file @param {string} [invert] */
  replace: (id, image, file, invert) =>
    call("PUT", at(id, `/images/${image}`), formOf(file, invert)),
  /** @param {string} id @param {string} image @param {boolean} invert @returns {Promise<Image>} */
  invert: (id, image, invert) => call("PATCH", at(id, `/images/${image}`), { invert }),
  /** @param {string} id @param {import("../network/explain/places.js").ValuePlace} place @param {string} image
   * @param {number | null} step of the past; null: the present */
  explainOutput: (id, { layer, channel, y, x }, image, step) =>
    call("GET", at(id, `/explain/output?${queryOf({ layer, channel, y, x, image, step })}`)),
  /** @param {string} id @param {import("../network/explain/places.js").WeightPlace} place @param {number} picture of the batch
   * @param {number | null} step of the past; null: the present */
  explainWeight: (id, { layer, tensor, index }, picture, step) => {
    const named = Object.fromEntries(index.map((n, i) => [["out", "in", "ky", "kx"][i], n]));
    const query = queryOf({ layer, tensor, ...named, picture, step });
    return call("GET", at(id, `/explain/weight?${query}`));
  },
  /** A filter at several steps. @param {string} id @param {string} layer @param {number} filter @param {number[]} steps */
  strip: (id, layer, filter, steps) => call("GET", stripAt(id, layer, filter, steps, "json")),
  /** @param {string} id @param {import("../network/timeline/fork-proposal.js").ForkBody} body @returns {Promise<Run>} */
  fork: (id, body) => call("POST", at(id, "/fork"), body),
  /** @param {string} id @param {object} change @returns {Promise<import("./types.js").Intervention>} */
  intervene: (id, change) => call("POST", at(id, "/interventions"), change),
  /** One real step taken apart: a frame. @param {string} id @returns {Promise<ArrayBuffer>} */
  trace: (id) => answerOf("POST", at(id, "/trace-step?format=frame")).then((r) => r.arrayBuffer()),
  /** @param {string} id @param {"pytorch" | "keras"} framework */
  code: (id, framework) => call("GET", at(id, `/code?framework=${framework}`)),
  /** @param {string} dataset @param {Record<string, string | number>} query */
  pictures: (dataset, query) => call("GET", pictures(dataset, query, "pictures")),
  /** The picture that is shipped for trying an upload. @returns {Promise<File>} */
  sample: async () => {
    const answer = await fetch("/samples/cat.png");
    if (!answer.ok) throw new Error("The sample picture is not there.");
    return new File([await answer.blob()], "cat.png", { type: "image/png" });
  },
};

/** Addresses of pictures, for `<img>`. */
export const address = {
  /** @param {string} dataset @param {Record<string, string | number>} query */
  sheet: (dataset, query) => BASE + pictures(dataset, query, "sheet"),
  /** @param {string} id @param {string} image @param {"original" | "input"} stage @param {number} version */
  picture: (id, image, stage, version) =>
    `${BASE}${at(id, `/images/${image}/picture`)}?stage=${stage}&v=${version}`,
  /** A filter at several steps, as a picture. @param {string} id @param {string} layer @param {number} filter @param {number[]} steps */
  strip: (id, layer, filter, steps) => BASE + stripAt(id, layer, filter, steps, "png"),
  /** A file to download; null in the query is left out.
   * @param {string} id @param {"weights" | "export" | "history"} what @param {Record<string, string | number | null>} query */
  file: (id, what, query) => `${BASE}${at(id, `/${what}?${queryOf(query)}`)}`,
  /** One tensor for `numpy.load`. @param {string} id @param {string} layer @param {string} tensor
   * @param {string} layout @param {number | null} step of the past; null: the present */
  npy: (id, layer, tensor, layout, step) =>
    BASE + tensorAt(id, layer, tensor, { format: "npy", layout, step }),
  /** @param {string} id */
  stream: (id) =>
    `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${BASE}${at(id, "/stream")}`,
};
