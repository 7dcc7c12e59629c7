/**
 * Asks for the distributions at a dozen or two steps, one after another: the step looked at first.
 * What came is kept, since no step changes; as the run grows only new steps are asked for.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { distributions } from "../../../shared/inspect-server.js";
import { newest } from "../../../shared/latest-only.js";
import { noticeError } from "../../../shared/notices.js";
import { Problem } from "../../../shared/server.js";
import { inspect, lastStep, liveRun, playing, probe, probeVersion, step } from "../../state.js";
import { tab } from "../question.js";
import { askedSteps } from "./spread.js";

/** @typedef {import("../../../shared/inspect-server.js").Distributions} Distributions */
/** @typedef {{run: string, image: string | undefined, step: number}} Asked */

const EACH_MS = 1000; // while it trains
const SETTLE_MS = 150; // while the step is dragged

export const known = signal(/** @type {Map<number, Distributions>} */ (new Map())); // by step
export const problem = signal(/** @type {string | null} */ (null)); // why one is missing

const runId = computed(() => liveRun.value?.id ?? "");

/** What is asked about at any step, as text; empty: nothing is. */
const about = computed(() => {
  if (!inspect.value || tab.value !== "distributions" || !runId.value) return "";
  const changed = liveRun.value?.interventions.at(-1)?.id;
  const picture = `${probe.value?.id} ${probeVersion.value}`;
  return `${runId.value} ${liveRun.value?.restarts} ${changed} ${picture}`;
});

/** The steps that are wanted, of a run that goes on. */
export const wanted = signal(/** @type {number[]} */ ([]));

export const isWorking = computed(() => wanted.value.some((one) => !known.value.has(one)));

let isAsking = false;

const questions = newest(
  (/** @type {Asked} */ { run: id, step: at, image }, aborted) =>
    distributions(id, { step: at, image }, aborted),
  {
    done: (found, asked) => {
      isAsking = false;
      batch(() => {
        const kept = [...known.peek()].filter(([at]) => wanted.peek().includes(at));
        known.value = new Map([...kept, [asked.step, found]]);
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
  },
);

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** The next that is missing, once the last is answered. */
function ask() {
  clearTimeout(timer);
  if (isAsking) return;
  const order = [step.peek(), ...wanted.peek()];
  const next = order.find((at) => wanted.peek().includes(at) && !known.peek().has(at));
  if (next === undefined || !about.peek()) return;
  isAsking = true;
  const image = probe.peek()?.id;
  questions.want({ run: runId.peek(), image, step: next });
}

/** @param {number} ms */
function askIn(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let growing;

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
