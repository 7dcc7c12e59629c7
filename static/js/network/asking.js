/**
 * What a panel asks of the server, and again as what it is about changes: one question at a time, none while
 * nobody sees the page or the server is away.
 */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { newest } from "../shared/latest-only.js";
import { noticeError } from "../shared/notices.js";
import { Problem } from "../shared/server.js";
import { connection, playing, visible } from "./state.js";

const SETTLE_MS = 150; // while a step is dragged, from one answer to the next question
const PATIENCE_MS = 300; // a slower question gives way to a newer one, unless the run goes on
const AGAIN_MS = 1000; // after a refusal that may pass

/**
 * @template A
 * @typedef {object} Question
 * @property {string} of the subject
 * @property {{of: string, is: A} | null} last the answer that is there, of whichever subject
 * @property {AbortSignal} signal it is of no use any more
 * @property {(answer: A) => void} show
 */
/**
 * @template A
 * @typedef {object} Interest
 * @property {() => string} subject what is asked about, of signals; empty: nothing. Another one ends the question under way
 * @property {() => unknown} moment of signals; whenever it is another, the same is asked again
 * @property {(question: Question<A>) => Promise<void>} ask calls `show`, once or as more becomes known
 * @property {number} pauseMs while the run goes on, from one answer to the next question
 * @property {() => boolean} [goesOn] whether it does: whether it plays on the page
 */

/** @param {unknown} error */
const mayPass = (error) => error instanceof Problem && [0, 503].includes(error.status);

/** @template A @param {Interest<A>} interest */
export function asking({ subject, moment, ask, pauseMs, goesOn = () => playing.value }) {
  const answer = signal(/** @type {{of: string, is: A} | null} */ (null));
  const problem = signal(/** @type {string | null} */ (null)); // why there is no answer
  const isWorking = signal(false);
  const about = computed(subject);
  const resting = computed(() => !visible.value || connection.value === "lost");
  let endedMs = Number.NEGATIVE_INFINITY;
  let isOvertaken = false; // by a moment that came while the question was under way
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const work = async (/** @type {string} */ of, /** @type {AbortSignal} */ gone) => {
    isOvertaken = false;
    isWorking.value = true;
    const show = (/** @type {A} */ is) => {
      if (!gone.aborted) answer.value = { of, is };
    };
    await ask({ of, last: answer.peek(), signal: gone, show });
  };
  const end = (/** @type {string | null} */ why) =>
    batch(() => {
      endedMs = performance.now();
      isWorking.value = false;
      problem.value = why;
      if (isOvertaken) askIn(pauseMs);
    });
  const questions = newest(work, {
    done: () => end(null),
    failed: (error) => {
      if (!(error instanceof Problem)) noticeError(error);
      end(error instanceof Error ? error.message : String(error));
      if (mayPass(error)) askIn(AGAIN_MS);
    },
    patienceMs: PATIENCE_MS,
  });

  function askNow() {
    if (about.peek() && !resting.peek()) questions.want(about.peek());
  }
  /** @param {number} ms */
  function askIn(ms) {
    clearTimeout(timer);
    timer = setTimeout(askNow, Math.max(0, ms));
  }
  function leave() {
    clearTimeout(timer);
    questions.drop();
    isWorking.value = false;
  }
  const turnTo = () => {
    about.value;
    untracked(() => {
      leave();
      problem.value = null;
      if (about.value) askNow();
      else answer.value = null;
    });
  };
  const follow = () => {
    moment();
    resting.value;
    untracked(() => {
      const isOn = goesOn();
      if (isWorking.value && isOn) isOvertaken = true;
      else askIn(endedMs + (isOn ? pauseMs : SETTLE_MS) - performance.now());
    });
  };

  /** @returns {() => void} stops */
  const start = () => {
    const stops = [effect(follow), effect(turnTo)]; // the first question is the second's
    return () => {
      for (const stop of stops) stop();
      leave();
    };
  };
  return { answer, problem, isWorking, about, start };
}
