/** The runs that a lesson makes: each once, and none left behind when the page is. */
import { ask, end } from "./ask.js";

/** @typedef {Awaited<ReturnType<typeof ask.create>>} Run */

export const MEASURED_EVERY = 200; // steps; the server's own measurements
const POLL_MS = 100;
const PATIENCE = 100; // polls

/** @type {Map<string, Promise<Run>>} */
const kept = new Map();
/** @type {Set<string>} */
const alive = new Set();
let left = false;

/** @param {object} recipe @returns {Promise<Run>} once its worker is up */
async function make(recipe) {
  const { id } = await ask.create(recipe);
  if (left) end(id);
  else alive.add(id);
  return ask.ready(id);
}

/**
 * The run of that name on this page, made when it is first asked for.
 * @param {string} name @param {object} recipe @returns {Promise<Run>}
 */
export function keep(name, recipe) {
  const made = kept.get(name) ?? make(recipe);
  kept.set(name, made);
  made.catch(() => kept.delete(name)); // so that it can be tried again
  return made;
}

/**
 * Trains up to a step. @param {string} id @param {number} until
 * @returns {Promise<import("../shared/types.js").Run>}
 */
export const train = async (id, until) => settled(await ask.train(id, until));

/**
 * The run once its held-out accuracy is there, where the server measures it: at every 200th step.
 * @param {import("../shared/types.js").Run} run @returns {Promise<import("../shared/types.js").Run>}
 */
export async function settled(run) {
  let now = run;
  const due = run.step % MEASURED_EVERY === 0;
  for (let n = 0; due && now.held_out_step !== run.step && n < PATIENCE; n++) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    now = await ask.run(run.id);
  }
  return now;
}

/** A run for one question; it is ended at once. @template T @param {object} recipe @param {(run: Run) => Promise<T>} use */
export async function borrow(recipe, use) {
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
    left = true;
    for (const id of alive) end(id);
    alive.clear();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
