/** What a tab asks of the server about the open filter, and again as the run goes on: one question at a time. */
import { useEffect, useRef, useState } from "preact/hooks";
import {
  askedStep,
  connection,
  inPast,
  lastStep,
  liveRun,
  openedFilter,
  playing,
  step,
  visible,
} from "../../state.js";

const AGAIN_MS = 2000; // while it trains, from one answer to the next question
const SETTLE_MS = 150; // while the step is dragged

/** @typedef {import("../../../shared/learned-server.js").AskedFilter} AskedFilter */
/**
 * @template A
 * @typedef {object} Question
 * @property {AskedFilter} of
 * @property {number | null} step null: now
 * @property {boolean} again whether an answer of a step before is on screen
 * @property {AbortSignal} signal the tab was left, or something else is asked
 * @property {(answer: A) => void} show
 */
/**
 * @template A
 * @typedef {{about: string, answer: A | null, isWorking: boolean, error: string | null}} Asked
 */

/** The filter that is open. @returns {AskedFilter} */
export function askedFilter() {
  const place = openedFilter.value;
  return {
    run: liveRun.value?.id ?? "",
    layer: place?.layer ?? "",
    filter: place?.channel ?? 0,
  };
}

/** Names the state of the run that is asked about: while it trains all are one. @param {boolean} whole over all steps */
function stateOfRun(whole) {
  if (whole ? liveRun.value?.state === "playing" : playing.value) return "playing";
  const changed = liveRun.value?.interventions.at(-1)?.id;
  return `${whole ? lastStep.value : step.value} ${!whole && inPast.value} ${changed}`;
}

/**
 * @template A
 * @param {(question: Question<A>) => Promise<void>} ask calls `show`, once or as more becomes known
 * @param {{options?: string, whole?: boolean, againMs?: number}} [how] `options`: what else the question
 *   depends on; `whole`: it is about all steps, whichever is looked at
 * @returns {Asked<A>}
 */
export function useAsked(ask, { options = "", whole = false, againMs = AGAIN_MS } = {}) {
  const of = askedFilter();
  const about = `${Object.values(of)} ${liveRun.value?.restarts} ${options}`;
  /** @type {Asked<A>} */
  const nothing = { about, answer: null, isWorking: true, error: null };
  const [known, setKnown] = useState(nothing);
  const found = known.about === about ? known : nothing;
  const last = useRef("");
  const resting = !visible.value || connection.value === "lost";
  const now = stateOfRun(whole);
  useEffect(() => {
    if (resting) return;
    const leave = new AbortController();
    const { signal } = leave;
    const set = (/** @type {Partial<Asked<A>>} */ news) => {
      if (signal.aborted) return;
      setKnown((before) => ({ ...(before.about === about ? before : nothing), ...news }));
    };
    const go = async (/** @type {boolean} */ again) => {
      set({ isWorking: true });
      try {
        const at = whole ? null : askedStep.peek();
        await ask({ of, step: at, again, signal, show: (answer) => set({ answer }) });
        set({ isWorking: false, error: null });
      } catch (error) {
        set({ isWorking: false, error: error instanceof Error ? error.message : String(error) });
      }
      if (!signal.aborted && now === "playing") timer = setTimeout(go, againMs, true);
    };
    let timer = setTimeout(go, last.current === about ? SETTLE_MS : 0, false);
    last.current = about;
    return () => {
      clearTimeout(timer);
      leave.abort();
    };
  }, [about, now, resting]);
  return found;
}
