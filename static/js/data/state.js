/** Everything that the page of the data sets knows. */
import { computed, signal } from "@preact/signals";

/**
 * @typedef {import("../shared/types.js").Dataset} Dataset
 * @typedef {import("../shared/types.js").Preview} Preview
 * @typedef {{done: number, of: number, cancel: () => void}} Sending bytes
 * @typedef {"camera" | "draw"} Tool
 * @typedef {{id: string, runs: {id: string, name: string}[]}} Deleting with the runs that use it
 */

export const sets = signal(/** @type {Dataset[] | null} */ (null)); // null: not asked yet
export const waiting = signal(/** @type {Preview[]} */ ([])); // this browser's, not kept, and not open here
export const preview = signal(/** @type {Preview | null} */ (null)); // open here
export const pictures = signal(0); // another number whenever the preview's pictures are others
export const sending = signal(/** @type {Sending | null} */ (null));
export const asked = signal(0); // how many changes the server has not answered yet
export const askedToKeep = signal(false); // by this page, and not answered
export const kept = signal(/** @type {Dataset | null} */ (null)); // what just became a set
export const busy = signal(/** @type {string | null} */ (null)); // what is waited for
export const tool = signal(/** @type {{source: string, is: Tool} | null} */ (null)); // open at a class
export const active = signal(/** @type {string | null} */ (null)); // the class that is worked on, by its first source
export const marked = signal(/** @type {number[]} */ ([])); // pictures chosen to be removed
export const holdingFile = signal(false); // a file is held over the page
export const editing = signal(/** @type {string | null} */ (null)); // the set whose words are typed
export const deleting = signal(/** @type {Deleting | null} */ (null)); // the set that is asked about

export const ownSets = computed(() => (sets.value ?? []).filter(({ own }) => own).reverse());
export const otherSets = computed(() => (sets.value ?? []).filter(({ own }) => !own));
export const arranged = computed(() => preview.value?.arranged ?? null);
export const keeping = computed(() => askedToKeep.value || preview.value?.state === "keeping");
export const reading = computed(() => preview.value?.state === "reading");
