/** Work of which only the newest counts, as while a slider is dragged. */

const PATIENCE_MS = 250; // what is on its way is let come so long, so that a drag shows something

/**
 * @template A, R
 * @param {(what: A, signal: AbortSignal) => Promise<R>} work
 * @param {(found: R) => void} take what came, unless something newer is wanted by then
 * @param {(error: unknown) => void} fail
 * @returns {{want: (what: A) => void, stop: () => void}}
 */
export function latest(work, take, fail) {
  /** @type {{what: A} | null} */
  let next = null;
  /** @type {AbortController | null} */
  let under = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const start = async () => {
    if (!next) return;
    clearTimeout(timer);
    timer = undefined;
    under?.abort();
    const { what } = next;
    next = null;
    const mine = new AbortController();
    under = mine;
    try {
      const found = await work(what, mine.signal);
      if (under === mine) take(found);
    } catch (error) {
      if (under === mine) fail(error);
    }
    if (under !== mine) return;
    under = null;
    start();
  };
  return {
    want: (what) => {
      next = { what };
      if (!under) start();
      else timer ??= setTimeout(start, PATIENCE_MS);
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      next = null;
      under?.abort();
      under = null;
    },
  };
}
