/** What a tab asks of the server about the open filter, and again as the run goes on. */
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { asking } from "../../asking.js";
import { askedStep, inPast, lastStep, liveRun, openedFilter, step } from "../../state.js";

const PAUSE_MS = 2000;

/** @typedef {import("../../../shared/learned-server.js").AskedFilter} AskedFilter */
/** @template A @typedef {import("../../asking.js").Question<A> & {filter: AskedFilter, step: number | null, again: boolean}} Question
 * `step` null: now; `again`: an answer about it is on screen */
/** @template A @typedef {{about: string, answer: A | null, isWorking: boolean, error: string | null}} Asked */

/** The filter that is open. @returns {AskedFilter} */
export function askedFilter() {
  const place = openedFilter.value;
  return {
    run: liveRun.value?.id ?? "",
    layer: place?.layer ?? "",
    filter: place?.channel ?? 0,
  };
}

/** The state of the run that is asked about. @param {boolean} whole over all steps */
function momentOf(whole) {
  const changed = liveRun.value?.interventions.at(-1)?.id;
  return `${whole ? lastStep.value : step.value} ${!whole && inPast.value} ${changed}`;
}

const goesOnAtAll = () => liveRun.value?.state === "playing";

/**
 * @template A
 * @param {(question: Question<A>) => Promise<void>} ask calls `show`, once or as more becomes known
 * @param {{options?: string, whole?: boolean, pauseMs?: number}} [how] `options`: what else the question
 *   depends on; `whole`: it is about all steps, whichever is looked at
 * @returns {Asked<A>}
 */
export function useAsked(ask, { options = "", whole = false, pauseMs = PAUSE_MS } = {}) {
  const asked = useMemo(() => {
    const how = signal({ ask, options });
    const of = asking({
      subject: () =>
        openedFilter.value // a filter that is closed is asked nothing, also before its tab is gone
          ? `${Object.values(askedFilter()).join(" ")} ${liveRun.value?.restarts} ${how.value.options}`
          : "",
      moment: () => momentOf(whole),
      ask: (question) => {
        const at = whole ? null : askedStep.peek();
        const again = question.last?.of === question.of;
        return how.peek().ask({ ...question, again, filter: askedFilter(), step: at });
      },
      pauseMs,
      ...(whole && { goesOn: goesOnAtAll }),
    });
    return { how, of };
  }, []);
  const { how, of } = asked;
  if (how.peek().options !== options) how.value = { ask, options };
  useEffect(of.start, []);
  const about = of.about.value;
  const known = of.answer.value?.of === about ? of.answer.value.is : null;
  const isWorking = of.isWorking.value || (!known && !of.problem.value);
  return { about, answer: known, isWorking, error: of.problem.value };
}
