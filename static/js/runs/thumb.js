/** Pictures of the runs' first filters, asked for together, and of a run again when it has gone on. */

import { html } from "../shared/html.js";
import { server } from "../shared/server.js";
import { pictures } from "./state.js";

/** @typedef {import("../shared/types.js").Run} Run */

/** What each picture is of. @type {Map<string, string>} */
const taken = new Map();
let busy = false;

/** @param {Run} run */
const stampOf = ({ steps, restarts }) => `${steps} ${restarts}`;

/** Asks for those that are missing or old. @param {Run[]} runs all that there are */
export async function picture(runs) {
  const wanted = runs.filter(
    (run) => run.state !== "starting" && taken.get(run.id) !== stampOf(run),
  );
  if (busy || !wanted.length) return;
  busy = true;
  try {
    const found = await server.filterPictures(wanted.map(({ id }) => id));
    for (const run of wanted) if (found[run.id]) taken.set(run.id, stampOf(run));
    pictures.value = { ...pictures.value, ...found };
  } catch {
    // what is shown stays
  } finally {
    busy = false;
  }
}

/** @param {{run: Run}} props */
export function Thumb({ run }) {
  const png = pictures.value[run.id];
  return html`<img src=${png && `data:image/png;base64,${png}`} hidden=${!png} alt="" />`;
}
