/** Pictures of the runs' first filters, asked for together, and of a run again when it has gone on. */

import { html } from "../shared/html.js";
import { server } from "../shared/server.js";
import { thumbnails } from "./state.js";

/** @typedef {import("../shared/types.js").Run} Run */

/** What each picture is of. @type {Map<string, string>} */
const loaded = new Map();
let busy = false;

/** @param {Run} run */
const stampOf = ({ steps, restarts }) => `${steps} ${restarts}`;

/** Asks for those that are missing or old. @param {Run[]} runs all that there are */
export async function loadThumbnails(runs) {
  const wanted = runs.filter(
    (run) => run.state !== "starting" && loaded.get(run.id) !== stampOf(run),
  );
  if (busy || !wanted.length) return;
  busy = true;
  try {
    const found = await server.thumbnails(wanted.map(({ id }) => id));
    for (const run of wanted) if (found[run.id]) loaded.set(run.id, stampOf(run));
    thumbnails.value = { ...thumbnails.value, ...found };
  } catch {
    // what is shown stays
  } finally {
    busy = false;
  }
}

/** @param {{run: Run}} props */
export function Thumbnail({ run }) {
  const png = thumbnails.value[run.id];
  return html`<img src=${png && `data:image/png;base64,${png}`} hidden=${!png} alt="" />`;
}
