/** Everything that the page of the runs knows. */
import { computed, signal } from "@preact/signals";
import { inTreeOrder } from "../shared/run-tree.js";

/** @typedef {import("../shared/types.js").Run} Run @typedef {import("../shared/types.js").Deleted} Deleted */

export const runs = signal(/** @type {Run[] | null} */ (null)); // null: not asked yet
export const unreadable = signal(/** @type {import("../shared/types.js").Unreadable[]} */ ([]));
export const thumbnails = signal(/** @type {Record<string, string>} */ ({})); // by run, PNG in base64
export const titles = signal(/** @type {Map<string, string>} */ (new Map())); // of data sets, by id
export const deleted = signal(/** @type {Deleted[]} */ ([])); // in the last day, newest first
export const undoable = signal(/** @type {{id: string, name: string}[]} */ ([])); // deleted here
export const chosen = signal(/** @type {string[]} */ ([])); // to be compared, two at most
export const renaming = signal(/** @type {string | null} */ (null)); // the run whose name is typed
export const newestRun = signal(/** @type {string | null} */ (null)); // the run that just came
export const busy = signal(/** @type {string | null} */ (null)); // what is waited for
export const serverLost = signal(false); // the server does not answer
export const draggingFile = signal(false); // a file is held over the page
export const clock = signal(Date.now()); // ms, for ages

export const runsById = computed(() => new Map((runs.value ?? []).map((run) => [run.id, run])));
export const rows = computed(() => inTreeOrder(runs.value ?? []));
