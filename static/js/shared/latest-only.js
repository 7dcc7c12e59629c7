/** Work of which only the newest counts, as while a slider is dragged: one piece under way at a time. */

/**
 * @template A, R
 * @typedef {object} Options
 * @property {(answer: R, what: A) => void} [done] what came, where it is still of use
 * @property {(error: unknown, what: A) => void} [failed] absent: work never throws
 * @property {number} [patienceMs] a slower piece is cancelled once something newer is wanted
 */

/**
 * @template A, R
 * @param {(what: A, signal: AbortSignal) => Promise<R>} work @param {Options<A, R>} options
 * @returns {{want: (what: A) => Promise<void>, drop: () => void}} `want` ends when nothing is under
 *   way any more; `drop`: nothing is wanted, and what is under way is of no use
 */
export function newest(work, { done, failed, patienceMs }) {
  /** @type {{what: A} | null} */
  let next = null;
  /** @type {AbortController | null} */
  let current = null;
  let isSlow = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {(() => void)[]} */
  const waiting = [];

  const stop = () => {
    clearTimeout(timer);
    current?.abort();
    current = null;
  };
  const slow = () => {
    isSlow = true;
    if (next) start();
  };
  const rest = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };

  async function start() {
    if (!next) {
      rest();
      return;
    }
    stop();
    const { what } = next;
    const mine = new AbortController();
    [next, current, isSlow] = [null, mine, false];
    if (patienceMs !== undefined) timer = setTimeout(slow, patienceMs);
    try {
      const answer = await work(what, mine.signal);
      if (current === mine) done?.(answer, what);
    } catch (error) {
      if (current === mine) failed?.(error, what);
    }
    if (current !== mine) return;
    clearTimeout(timer);
    current = null;
    start();
  }

  return {
    want: (what) => {
      next = { what };
      const ended = new Promise((/** @type {(value: void) => void} */ resolve) => {
        waiting.push(resolve);
      });
      if (!current || isSlow) start();
      return ended;
    },
    drop: () => {
      next = null;
      stop();
      rest();
    },
  };
}
