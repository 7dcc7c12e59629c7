/**
 * Asks the same about a dozen or two steps, one after another: the step looked at first. What came
 * is kept, since no step changes; as the run grows only new steps are asked for.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { newest } from "../../shared/latest-only.js";
import { noticeError } from "../../shared/notices.js";
import { Problem } from "../../shared/server.js";
import { lastStep, liveRun, playing, step } from "../state.js";
import { askedSteps } from "./distributions/spread.js";

const EACH_MS = 1000; // while it trains
const SETTLE_MS = 150; // while the step is dragged

export const runId = computed(() => liveRun.value?.id ?? "");

/** The run and what was done to it, as text: with another one nothing that is known holds. */
export const runAsItIs = () =>
  `${runId.value} ${liveRun.value?.restarts} ${liveRun.value?.interventions.at(-1)?.id}`;

/**
 * @template A
 * @param {() => string} subject what is asked about at any step, of signals; empty: nothing is
 * @param {(step: number, signal: AbortSignal) => Promise<A>} fetchAt
 */
export function overSteps(subject, fetchAt) {
  const about = computed(subject);
  const known = signal(/** @type {Map<number, A>} */ (new Map())); // by step
  const problem = signal(/** @type {string | null} */ (null)); // why one is missing
  const wanted = signal(/** @type {number[]} */ ([])); // of a run that goes on
  const isWorking = computed(() => wanted.value.some((one) => !known.value.has(one)));
  let isAsking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let growing;

  const questions = newest(fetchAt, {
    done: (found, asked) => {
      isAsking = false;
      batch(() => {
        const kept = [...known.peek()].filter(([at]) => wanted.peek().includes(at));
        known.value = new Map([...kept, [asked, found]]);
        problem.value = null;
      });
      ask();
    },
    failed: (error) => {
      isAsking = false;
      if (!(error instanceof Problem)) return noticeError(error);
      problem.value = error.message;
      if ([0, 503].includes(error.status)) askIn(EACH_MS);
    },
  });

  /** The next that is missing, once the last is answered. */
  function ask() {
    clearTimeout(timer);
    if (isAsking) return;
    const order = [step.peek(), ...wanted.peek()];
    const next = order.find((at) => wanted.peek().includes(at) && !known.peek().has(at));
    if (next === undefined || !about.peek()) return;
    isAsking = true;
    questions.want(next);
  }

  /** @param {number} ms */
  function askIn(ms) {
    clearTimeout(timer);
    timer = setTimeout(ask, ms);
  }

  function grow() {
    growing = undefined;
    wanted.value = askedSteps(lastStep.peek(), step.peek());
    ask();
  }

  /** Another run, change or picture makes all that is known useless. */
  effect(() => {
    const now = about.value;
    clearTimeout(timer);
    clearTimeout(growing);
    growing = undefined;
    questions.drop();
    isAsking = false;
    batch(() => {
      known.value = new Map();
      problem.value = null;
    });
    if (now) grow();
  });

  /** Steps come oftener than is asked. */
  effect(() => {
    const steps = askedSteps(lastStep.value, step.value);
    if (!about.value || growing || String(steps) === String(wanted.peek())) return;
    growing = setTimeout(grow, playing.peek() ? EACH_MS : SETTLE_MS);
  });

  return { known, problem, isWorking };
}
