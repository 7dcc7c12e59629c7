/** As `server.js`, what own data sets ask of the server: apart, since most pages need none of it. */
import { addressOf, call, linkTo, Problem } from "./server.js";

/** Files to a preview, with how many bytes have gone.
 * @param {string} id of a preview @param {import("./types.js").Named[]} files
 * @param {{className?: string | null, burst?: boolean, wrap?: number | null, signal?: AbortSignal, onSent?: (bytes: number) => void}} [how]
 * @returns {Promise<import("./types.js").Preview>} */
function bring(id, files, { className = null, burst = false, wrap = null, signal, onSent } = {}) {
  const form = new FormData();
  for (const { name, file } of files) form.append("file", file, name);
  if (className !== null) form.append("class", className);
  form.append("burst", String(burst));
  if (wrap !== null) form.append("wrap", String(wrap));
  const address = addressOf("/datasets/preview/{preview_id}/files", { preview_id: id }, {});
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // which, unlike fetch, tells what has been sent
    request.open("POST", address);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => onSent?.(loaded);
    request.onload = () => {
      const { status, response } = request;
      if (status < 300) done(response);
      else failed(new Problem(response?.detail ?? `The server answered ${status}.`, status));
    };
    request.onerror = () => failed(new Problem("The server is not responding.", 0));
    request.onabort = () => failed(new DOMException("Cancelled.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/** One without files. @returns {Promise<import("./types.js").Preview>} */
function newPreview() {
  const form = new FormData();
  form.append("burst", "false");
  return call("post", "/datasets/preview", { form });
}

/** @param {string} id of a data set that is not kept yet */
const unkept = (id) => ({ preview_id: id });

export const dataServer = {
  /** A recipe that fits. @param {string} dataset @returns {Promise<any>} */
  datasetRecipe: (dataset) =>
    call("get", "/datasets/{dataset_id}/recipe", { path: { dataset_id: dataset } }),
  /** Mean and standard deviation of its training pictures. @param {string} dataset */
  datasetPixels: (dataset) =>
    call("get", "/datasets/{dataset_id}/pixels", { path: { dataset_id: dataset } }),
  /** Of the network of that recipe. @param {string} dataset @returns {Promise<import("./types.js").Layer[]>} */
  datasetLayers: (dataset) =>
    call("get", "/datasets/{dataset_id}/layers", { path: { dataset_id: dataset } }).then(
      (answer) => answer.layers,
    ),
  /** @param {string} dataset @param {import("./types.js").Body<"patch", "/datasets/{dataset_id}">} words
   * @returns {Promise<import("./types.js").Dataset>} */
  renameDataset: (dataset, words) =>
    call("patch", "/datasets/{dataset_id}", { path: { dataset_id: dataset }, body: words }),
  /** @param {string} dataset @param {boolean} force though runs use it */
  removeDataset: (dataset, force) =>
    call("delete", "/datasets/{dataset_id}", { path: { dataset_id: dataset }, query: { force } }),
  /** The data set, once it is kept: the server leads there.
   * @param {string} id @returns {Promise<import("./types.js").Preview | import("./types.js").Dataset>} */
  preview: (id) => call("get", "/datasets/preview/{preview_id}", { path: unkept(id) }),
  newPreview,
  /** What is being read of it goes. @param {string} id @returns {Promise<import("./types.js").Preview>} */
  cancelReading: (id) =>
    call("delete", "/datasets/preview/{preview_id}/files", { path: unkept(id) }),
  bring,
  /** @param {string} id @param {import("./types.js").Body<"patch", "/datasets/preview/{preview_id}">} options
   * @returns {Promise<import("./types.js").Preview>} */
  choose: (id, options) =>
    call("patch", "/datasets/preview/{preview_id}", { path: unkept(id), body: options }),
  /** A page of a class's pictures, by number. @param {string} id
   * @param {import("./types.js").Query<"get", "/datasets/preview/{preview_id}/pictures">} query */
  pictures: (id, query) =>
    call("get", "/datasets/preview/{preview_id}/pictures", { path: unkept(id), query }),
  /** @param {string} id @param {number} number @returns {Promise<import("./types.js").Preview>} */
  removePicture: (id, number) =>
    call("delete", "/datasets/preview/{preview_id}/pictures/{number}", {
      path: { ...unkept(id), number },
    }),
  /** @param {string} id @param {AbortSignal} signal for not hearing of it
   * @returns {Promise<import("./types.js").Dataset>} */
  keep: (id, signal) =>
    call("post", "/datasets/preview/{preview_id}/keep", { path: unkept(id), signal }),
  /** @param {string} id @returns {Promise<import("./types.js").Preview>} */
  cancelKeeping: (id) =>
    call("delete", "/datasets/preview/{preview_id}/keep", { path: unkept(id) }),
  /** @param {string} id */
  discard: (id) => call("delete", "/datasets/preview/{preview_id}", { path: unkept(id) }),
};

/** Addresses, for links and `<img>`. */
export const dataAddress = {
  /** A data set as a zip. @param {string} dataset */
  exported: (dataset) => linkTo("/datasets/{dataset_id}/export", { path: { dataset_id: dataset } }),
  /** Pictures of a preview, as the network would see them; `version` is another when they are.
   * @param {string} id @param {number[]} picture numbers @param {number} columns @param {number} version */
  previewSheet: (id, picture, columns, version) =>
    `${linkTo("/datasets/preview/{preview_id}/sheet", { path: unkept(id), query: { picture, columns } })}&v=${version}`,
};
