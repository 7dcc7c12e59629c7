/** What is said of a run: its name, its state, its age, where it came from. */

/** @typedef {import("./types.js").Run} Run */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @type {[number, string][]} seconds, and what so many are called */
const SPANS = [
  [365 * DAY, "year"],
  [30 * DAY, "month"],
  [7 * DAY, "week"],
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
];

/** "2 hours ago". @param {string} date as ISO 8601 @param {number} nowMs since 1970 */
export function age(date, nowMs) {
  const seconds = (nowMs - Date.parse(date)) / 1000;
  for (const [length, name] of SPANS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${name}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

/** @param {{id: string, name: string | null}} run */
export const runName = (run) => run.name || `Run ${run.id}`;

/** In one word. @param {Run} run */
export function runState(run) {
  if (run.state !== "ready") return run.state;
  return run.suspended ? "suspended" : "paused";
}

/** What each state means. @type {Record<string, string>} */
export const STATES = {
  starting: "The worker process is starting.",
  stepping: "Training a few steps.",
  playing: "Training.",
  paused: "Not training; the worker is waiting.",
  suspended: "Saved in its file; opening it starts a worker again.",
  halted: "Stopped: the loss was no longer finite.",
  failed: "Stopped: the worker ended and could not continue.",
};

/** Where a run came from. @param {Run} run @param {Map<string, Run>} known */
export function origin(run, known) {
  if (!run.parent) return null;
  const from = known.get(run.parent.run);
  const who = from ? runName(from) : "a deleted run";
  return run.parent.step === null
    ? `copy of ${who} from before a reset`
    : `fork of ${who} at step ${run.parent.step}`;
}

/** What it is made of, in a line. @param {Run} run @param {Map<string, string>} titles of data sets, as far as they are known */
export function recipeLine(run, titles) {
  if (run.kind === "observed")
    return [run.network ?? "a network", "in its own training loop"].join(" · ");
  const { recipe } = run;
  const { dataset } = recipe.data;
  const network = run.network ?? `${recipe.network.layers.length} layers`;
  const { type } = recipe.optimizer;
  const data = dataset ? (titles.get(dataset) ?? dataset) : "no data set";
  return [network, data, `${type} at ${run.learning_rate}`].join(" · ");
}

/** Interventions that still hold: neither undone ones nor the undoing.
 * @param {import("./types.js").Change[]} changes */
export function inForce(changes) {
  const undone = new Set(changes.map((change) => change.undoes));
  return changes.filter((change) => change.undoes === null && !undone.has(change.id));
}

/** How many of these interventions can still be undone. @param {import("./types.js").Change[]} changes */
export const undoableCount = (changes) => inForce(changes).length;
