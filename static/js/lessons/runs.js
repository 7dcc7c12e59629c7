/** The runs that a lesson makes: each once, and none left behind but those that were opened from it. */
import { Problem, server } from "../shared/server.js";

/** @typedef {import("../shared/types.js").Run} Run */

export const MEASURED_EVERY = 200; // steps; the server's own measurements
const FULL = 503; // no room for another run
const TRY_LATER = "The figure needs a run of its own: try again in a few minutes.";
const POLL_MS = 100;
const PATIENCE = 100; // polls

/** @type {Map<string, Promise<Run>>} */
const runsByName = new Map();
/** @type {Set<string>} */
const alive = new Set();
let pageLeft = false;

/** Ends a run, even while the page is being left. @param {string} id */
function end(id) {
  server.remove(id, true).catch(() => {});
}

/** @param {object} recipe @returns {Promise<Run>} once its worker is up */
async function make(recipe) {
  const { id } = await server.create(recipe).catch((error) => {
    throw error.status === FULL ? new Problem(`${error.message} ${TRY_LATER}`, FULL) : error;
  });
  if (pageLeft) end(id);
  else alive.add(id);
  return server.command(id, "pause"); // answers once its worker is up
}

/**
 * The run of that name on this page, made when it is first asked for.
 * @param {string} name @param {object} recipe @returns {Promise<Run>}
 */
export function runFor(name, recipe) {
  const made = runsByName.get(name) ?? make(recipe);
  runsByName.set(name, made);
  made.catch(() => {
    if (runsByName.get(name) === made) runsByName.delete(name); // so that it can be tried again
  });
  return made;
}

/** Leaves a run behind when the page goes: it is opened elsewhere. @param {string} id */
export const keep = (id) => alive.delete(id);

/** Ends the run of that name, unless it is kept; the next `runFor` makes it anew. @param {string} name */
export function discard(name) {
  const made = runsByName.get(name);
  runsByName.delete(name);
  made?.then(
    ({ id }) => {
      if (alive.delete(id)) end(id);
    },
    () => {}, // it was never made
  );
}

/**
 * Trains up to a step. @param {string} id @param {number} until
 * @returns {Promise<Run>}
 */
export const trainUntil = async (id, until) => whenMeasured(await server.step(id, { until }));

/**
 * The run once its held-out accuracy is there, where the server measures it: at every 200th step.
 * @param {Run} run @returns {Promise<Run>}
 */
export async function whenMeasured(run) {
  let now = run;
  const due = run.step % MEASURED_EVERY === 0;
  for (let n = 0; due && now.held_out_step !== run.step && n < PATIENCE; n++) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    now = await server.run(run.id);
  }
  return now;
}

/** A run for one question; it is ended at once. @template T @param {object} recipe @param {(run: Run) => Promise<T>} use */
export async function withTemporaryRun(recipe, use) {
  const run = await make(recipe);
  try {
    return await use(run);
  } finally {
    alive.delete(run.id);
    end(run.id);
  }
}

/** Ends all runs when the page is left; one that comes back from memory begins anew. */
export function bindLeaving() {
  addEventListener("pagehide", () => {
    pageLeft = true;
    for (const id of alive) end(id);
    alive.clear();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
