/** Work that takes a moment: what is waited for, and what went wrong, as sentences. */
import { signal } from "@preact/signals";

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
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = null;
    }
  }
  return { busy, problem, start };
}

/**
 * Asks again whenever it is called, and drops an answer that a newer one has overtaken.
 * @template A, T @param {(argument: A) => Promise<T>} work @param {(answer: T) => void} done
 * @param {(error: unknown) => void} failed
 */
export function latest(work, done, failed) {
  let newest = 0;
  return async (/** @type {A} */ argument) => {
    const mine = ++newest;
    try {
      const answer = await work(argument);
      if (mine === newest) done(answer);
    } catch (error) {
      if (mine === newest) failed(error);
    }
  };
}
