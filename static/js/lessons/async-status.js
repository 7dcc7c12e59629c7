/** The status of asynchronous work: what is waited for, and what went wrong, as sentences. */

import { signal } from "@preact/signals";
import { sentenceOf } from "../shared/errors.js";

/**
 * @typedef {object} Task
 * @property {import("@preact/signals").Signal<string | null>} busy what is waited for
 * @property {import("@preact/signals").Signal<string | null>} problem what went wrong
 * @property {(says: string, work: () => Promise<void>) => Promise<void>} start one at a time: while one
 *   goes on, another is not begun, and what comes back is the end of the first
 */

/** @returns {Task} */
export function task() {
  const busy = signal(/** @type {string | null} */ (null));
  const problem = signal(/** @type {string | null} */ (null));
  let going = Promise.resolve();
  /** @param {string} says @param {() => Promise<void>} work */
  function start(says, work) {
    if (!busy.value) going = run(says, work);
    return going;
  }
  /** @param {string} says @param {() => Promise<void>} work */
  async function run(says, work) {
    busy.value = says;
    problem.value = null;
    try {
      await work();
    } catch (error) {
      problem.value = sentenceOf(error);
    } finally {
      busy.value = null;
    }
  }
  return { busy, problem, start };
}
