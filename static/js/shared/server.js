/**
 * The one place of every page that talks to the server: REST here, what own data sets ask in
 * `data-server.js`, the stream in `stream.js`.
 * Every function answers what the server answered, or throws a `Problem` with its sentence. What is
 * asked, with what, and what comes is typed by the server's OpenAPI document.
 *
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Method} Method
 * @typedef {import("./types.js").Path} Path
 */

/** Where Convscope is at its address, with a slash at its end. */
export const ROOT = new URL("../../..", import.meta.url).pathname;
const BASE = `${ROOT}api/v1`;
const PAGE = 100; // runs an answer

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

/** @param {Record<string, any>} query what is null or absent is left out; a list is said item by item */
const queryOf = (query) =>
  new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) =>
      [value]
        .flat()
        .flatMap((one) => (one === null || one === undefined ? [] : [[key, String(one)]])),
    ),
  );

/** @param {string} path with {names} @param {Record<string, any>} names @param {Record<string, any>} query */
export function addressOf(path, names, query) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(names[name])));
  const text = queryOf(query).toString();
  return BASE + filled + (text && `?${text}`);
}

/**
 * @template {Method} M @template {Path} P
 * @typedef {object} Request
 * @property {import("./types.js").PathParameters<M, P>} [path]
 * @property {import("./types.js").Query<M, P>} [query]
 * @property {import("./types.js").Body<M, P>} [body]
 * @property {FormData} [form] with a file
 * @property {AbortSignal} [signal]
 * @property {boolean} [keepalive] goes on when the page is left
 */

/**
 * @template {Method} M @template {Path} P
 * @param {M} method @param {P} path @param {Request<M, P>} [request] @returns {Promise<Response>}
 */
async function fetchFrom(method, path, request = {}) {
  const { body, form, signal, keepalive } = request;
  const address = addressOf(path, request.path ?? {}, request.query ?? {});
  const response = await fetch(address, {
    method: method.toUpperCase(),
    body: form ?? (body && JSON.stringify(body)),
    headers: body ? { "Content-Type": "application/json" } : {},
    signal,
    keepalive,
  }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server is not responding; is it still running?", 0);
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/**
 * @template {Method} M @template {Path} P
 * @param {M} method @param {P} path @param {Request<M, P>} [request]
 * @returns {Promise<import("./types.js").Answer<M, P>>} null for an empty answer
 */
export async function call(method, path, request) {
  const response = await fetchFrom(method, path, request);
  return response.status === 204 ? /** @type {any} */ (null) : response.json();
}

/** The address of what is asked with GET, for links and pictures.
 * @template {Path} P @param {P} path @param {Pick<Request<"get", P>, "path" | "query">} [request] */
export const linkTo = (path, request = {}) =>
  addressOf(path, request.path ?? {}, request.query ?? {});

/** @param {string} id of a run */
const of = (id) => ({ run_id: id });

/** @param {Blob} file @param {"auto" | "true" | "false"} [invert] */
function formOf(file, invert = "auto") {
  const form = new FormData();
  form.append("file", file, file instanceof File ? file.name : "drawing.png");
  form.append("invert", invert);
  return form;
}

/** Every page of a list, in order.
 * @template {"/runs" | "/runs/deleted"} P @param {P} path
 * @returns {Promise<import("./types.js").Answer<"get", P>[]>} */
async function pagesOf(path) {
  const pages = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    const query = /** @type {any} */ ({ limit: PAGE, cursor });
    /** @type {any} */
    const page = await call("get", path, { query });
    pages.push(page);
    cursor = page.next;
  } while (cursor !== null);
  return pages;
}

/** Every run, oldest first, and the files that cannot be opened.
 * @returns {Promise<{runs: Run[], unreadable: import("./types.js").Unreadable[]}>} */
async function runs() {
  const pages = await pagesOf("/runs");
  return { runs: pages.flatMap((page) => page.runs), unreadable: pages[0].unreadable };
}

/** Every run that can be restored. */
const deleted = async () => (await pagesOf("/runs/deleted")).flatMap((page) => page.runs);

/** A run's findings from the one with this number on. @param {string} id @param {number} first */
async function findings(id, first) {
  /** @type {import("./types.js").Finding[]} */
  const all = [];
  /** @type {string | null} */
  let cursor = String(first);
  while (cursor !== null) {
    /** @type {import("./types.js").FindingPage} */
    const page = await call("get", "/runs/{run_id}/findings", {
      path: of(id),
      query: { limit: PAGE, cursor },
    });
    all.push(...page.findings);
    cursor = page.next;
  }
  return all;
}

/** Pictures of runs' first filters, PNG in base64; one that is gone meanwhile has none.
 * @param {string[]} ids @returns {Promise<Record<string, string>>} */
async function thumbnails(ids) {
  const found = {};
  for (let from = 0; from < ids.length; from += PAGE) {
    const query = { run: ids.slice(from, from + PAGE) };
    Object.assign(found, (await call("get", "/runs/thumbnails", { query })).thumbnails);
  }
  return found;
}

/** @param {File} file of a run @returns {Promise<Run>} */
function importRun(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  return call("post", "/runs/import", { form });
}

/** The picture that is shipped for trying an upload. @returns {Promise<File>} */
async function sample() {
  const answer = await fetch(`${ROOT}samples/cat.png`);
  if (!answer.ok) throw new Problem("The sample picture could not be loaded.", answer.status);
  return new File([await answer.blob()], "cat.png", { type: "image/png" });
}

/** A layer's weight as `.npy`.
 * @param {string} id @param {string} layer @param {number | null} step null: now @param {AbortSignal} [signal] */
async function weightBytes(id, layer, step, signal) {
  const path = { ...of(id), layer, tensor: "weight" };
  const request = { path, query: { format: /** @type {const} */ ("npy"), step }, signal };
  const answer = await fetchFrom("get", "/runs/{run_id}/layers/{layer}/tensors/{tensor}", request);
  return {
    step: Number(answer.headers.get("Convscope-Step")),
    recomputed: answer.headers.get("Convscope-Recomputed"),
    bytes: await answer.arrayBuffer(),
  };
}

export const server = {
  // what there is
  /** @returns {Promise<import("./types.js").Model[]>} */
  models: () => call("get", "/models", { query: { cards: false } }).then((answer) => answer.models),
  /** @param {string} name of a network @returns {Promise<import("./types.js").Layer[]>} */
  modelLayers: (name) =>
    call("get", "/models/{name}/layers", { path: { name } }).then((answer) => answer.layers),
  datasets: () => call("get", "/datasets").then((answer) => answer.datasets),
  /** @param {string} dataset @param {import("./types.js").Query<"get", "/datasets/{dataset_id}/images">} query */
  heldOutImages: (dataset, query) =>
    call("get", "/datasets/{dataset_id}/images", { path: { dataset_id: dataset }, query }),
  /** Held-out pictures as one PNG. @param {string} dataset @param {import("./types.js").Query<"get", "/datasets/{dataset_id}/sheet">} query */
  sheet: (dataset, query) =>
    fetchFrom("get", "/datasets/{dataset_id}/sheet", { path: { dataset_id: dataset }, query }).then(
      (r) => r.blob(),
    ),
  sample,

  // runs
  runs,
  deleted,
  thumbnails,
  importRun,
  /** @param {object} recipe @returns {Promise<Run>} */
  create: (recipe) => call("post", "/runs", { body: /** @type {any} */ (recipe) }),
  /** @param {string} id @param {import("./types.js").Body<"post", "/runs/{run_id}/fork">} body @returns {Promise<Run>} */
  fork: (id, body) => call("post", "/runs/{run_id}/fork", { path: of(id), body }),
  /** @param {string} id @param {number} [step] as it was then @returns {Promise<Run>} */
  run: (id, step) => call("get", "/runs/{run_id}", { path: of(id), query: { step } }),
  /** @param {string} id @param {import("./types.js").Body<"patch", "/runs/{run_id}">} settings @returns {Promise<Run>} */
  patch: (id, settings) => call("patch", "/runs/{run_id}", { path: of(id), body: settings }),
  /** @param {string} id @param {boolean} [keepalive] goes on when the page is left */
  remove: (id, keepalive) => call("delete", "/runs/{run_id}", { path: of(id), keepalive }),
  /** @param {string} id @returns {Promise<Run>} */
  restore: (id) => call("post", "/runs/{run_id}/restore", { path: of(id) }),

  // training
  /** @param {string} id @param {"play" | "pause" | "reset" | "resume"} what @returns {Promise<Run>} */
  command: (id, what) => call("post", `/runs/{run_id}/${what}`, { path: of(id) }),
  /** The whole held-out half at the present step, apart from the curve.
   * @param {string} id @returns {Promise<import("./types.js").Evaluation>} */
  evaluate: (id) => call("post", "/runs/{run_id}/evaluate", { path: of(id) }),
  /** So many more, or up to a step.
   * @param {string} id @param {import("./types.js").Body<"post", "/runs/{run_id}/step">} body @returns {Promise<Run>} */
  step: (id, body) => call("post", "/runs/{run_id}/step", { path: of(id), body }),
  /** One real step taken apart: a frame. @param {string} id @returns {Promise<ArrayBuffer>} */
  trace: (id) =>
    fetchFrom("post", "/runs/{run_id}/trace-step", {
      path: of(id),
      query: { format: "frame" },
    }).then((answer) => answer.arrayBuffer()),
  /** A step that was made, taken apart: a frame. @param {string} id @param {number} step @returns {Promise<ArrayBuffer>} */
  pastTrace: (id, step) =>
    fetchFrom("get", "/runs/{run_id}/trace", {
      path: of(id),
      query: { step, format: "frame" },
    }).then((answer) => answer.arrayBuffer()),
  /** @param {string} id @param {number} points at most @returns {Promise<import("./frame.js").History>} */
  history: (id, points) =>
    call("get", "/runs/{run_id}/history", { path: of(id), query: { max_points: points } }),
  findings,
  /** @param {string} id @param {object} change @param {string} [drag] what the values of one drag share
   * @returns {Promise<import("./types.js").Intervention>} */
  intervene: (id, change, drag) =>
    call("post", "/runs/{run_id}/interventions", {
      path: of(id),
      query: { drag },
      body: /** @type {any} */ (change),
    }),

  // numbers
  /** @param {string} id @returns {Promise<import("./types.js").Layer[]>} */
  layers: (id) =>
    call("get", "/runs/{run_id}/layers", { path: of(id) }).then((answer) => answer.layers),
  /** @param {string} id @param {string} layer @param {string} tensor "weight" @param {"torch" | "keras"} [layout]
   * @returns {Promise<import("./types.js").Tensor>} */
  tensor: (id, layer, tensor, layout) =>
    call("get", "/runs/{run_id}/layers/{layer}/tensors/{tensor}", {
      path: { ...of(id), layer, tensor },
      query: { format: "json", layout },
    }),
  /** @param {string} id @param {string} layer @param {string} image @returns {Promise<import("./types.js").Tensor>} */
  featureMaps: (id, layer, image) =>
    call("get", "/runs/{run_id}/layers/{layer}/feature-maps", {
      path: { ...of(id), layer },
      query: { format: "json", image },
    }),
  weightBytes,
  /** A filter at several steps. @param {string} id @param {string} layer @param {number} filter @param {number[]} steps */
  strip: (id, layer, filter, steps) =>
    call("get", "/runs/{run_id}/layers/{layer}/strip", {
      path: { ...of(id), layer },
      query: { filter, steps: steps.join(), format: "json" },
    }),
  /** @param {string} id */
  recordedSteps: (id) => call("get", "/runs/{run_id}/recorded-steps", { path: of(id) }),
  /** @param {string} id @param {string} image @param {number | null} step null: now @param {AbortSignal} [signal] */
  predictions: (id, image, step, signal) =>
    call("get", "/runs/{run_id}/predictions", { path: of(id), query: { image, step }, signal }),
  /** @param {string} id @param {import("./types.js").Query<"get", "/runs/{run_id}/explain/output">} place */
  explainOutput: (id, place) =>
    call("get", "/runs/{run_id}/explain/output", { path: of(id), query: place }),
  /** @param {string} id @param {import("./types.js").Query<"get", "/runs/{run_id}/explain/weight">} place */
  explainWeight: (id, place) =>
    call("get", "/runs/{run_id}/explain/weight", { path: of(id), query: place }),
  /** @param {import("./types.js").Body<"post", "/convolve">} body */
  convolve: (body) => call("post", "/convolve", { body }),
  /** @param {string} id @param {"pytorch" | "keras"} framework */
  code: (id, framework) =>
    call("get", "/runs/{run_id}/code", { path: of(id), query: { framework } }),

  // pictures of a run
  /** @param {string} id @param {string} image @param {AbortSignal} [signal] */
  image: (id, image, signal) =>
    call("get", "/runs/{run_id}/images/{image}", { path: { ...of(id), image }, signal }),
  /** @param {string} id @param {Blob} file @param {"auto" | "true" | "false"} [invert] */
  upload: (id, file, invert) =>
    call("post", "/runs/{run_id}/images", { path: of(id), form: formOf(file, invert) }),
  /** @param {string} id @param {string} image @param {Blob} file @param {"auto" | "true" | "false"} [invert] */
  replace: (id, image, file, invert) =>
    call("put", "/runs/{run_id}/images/{image}", {
      path: { ...of(id), image },
      form: formOf(file, invert),
    }),
  /** @param {string} id @param {string} image @param {{invert?: boolean, centre?: boolean}} body */
  prepareImage: (id, image, body) =>
    call("patch", "/runs/{run_id}/images/{image}", {
      path: { ...of(id), image },
      body,
    }),
};

/** Addresses, for links and `<img>`. */
export const address = {
  /** The page of a run. @param {string} id */
  open: (id) => `${ROOT}?${queryOf({ run: id })}`,
  /** @param {string} a @param {string} b two runs */
  compare: (a, b) => `${ROOT}compare?${queryOf({ a, b })}`,
  /** @param {string} dataset @param {import("./types.js").Query<"get", "/datasets/{dataset_id}/sheet">} query */
  sheet: (dataset, query) =>
    linkTo("/datasets/{dataset_id}/sheet", { path: { dataset_id: dataset }, query }),
  /** @param {string} id @param {string} image @param {"original" | "input"} stage @param {number} [version] when it is another */
  image: (id, image, stage, version) => {
    const path = { ...of(id), image };
    const link = linkTo("/runs/{run_id}/images/{image}/file", { path, query: { stage } });
    return version === undefined ? link : `${link}&v=${version}`;
  },
  /** A filter at several steps, as a picture. @param {string} id @param {string} layer @param {number} filter @param {number[]} steps */
  strip: (id, layer, filter, steps) =>
    linkTo("/runs/{run_id}/layers/{layer}/strip", {
      path: { ...of(id), layer },
      query: { filter, steps: steps.join(), format: "png" },
    }),
  /** A file to download. @param {string} id @param {"weights" | "export" | "history"} what @param {object} [query] */
  file: (id, what, query) => linkTo(`/runs/{run_id}/${what}`, { path: of(id), query }),
  /** One tensor for `numpy.load`. @param {string} id @param {string} layer @param {string} tensor
   * @param {"torch" | "keras"} layout @param {number | null} step of the past; null: the present */
  npy: (id, layer, tensor, layout, step) =>
    linkTo("/runs/{run_id}/layers/{layer}/tensors/{tensor}", {
      path: { ...of(id), layer, tensor },
      query: { format: "npy", layout, step },
    }),
  /** @param {string} id */
  stream: (id) =>
    `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${addressOf("/runs/{run_id}/stream", of(id), {})}`,
};
