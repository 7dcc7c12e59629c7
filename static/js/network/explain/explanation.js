/**
 * Keeps the open number's explanation up to date: with the pointer, with the frames of a run that
 * trains, with another probe. What is shown is always one whole answer.
 *
 * @typedef {import("./pointing.js").NumberPlace} Reading
 * @typedef {{place: Reading, answer: any, softmax: any, problem: string | null}} Explained
 *   `softmax`: also asked for where the place is a class's score
 */

import { computed, effect, signal } from "@preact/signals";
import { newest } from "../../shared/latest-only.js";
import { noticeError } from "../../shared/notices.js";
import { Problem, server } from "../../shared/server.js";
import { latest as newestFrame } from "../frames.js";
import { inOrder } from "../request-queue.js";
import { probeId } from "../session.js";
import * as state from "../state.js";
import { inputExplained } from "./input-value.js";
import { valueAsked, weightAsked } from "./places.js";
import { isWeight } from "./pointing.js";

/** The newest answer; null: no number is open. */
export const explained = signal(/** @type {Explained | null} */ (null));

const runId = computed(() => state.run.value?.id ?? null);

/** Of a layer that is not all in view, as the server counts. @param {ReturnType<typeof valueAsked>} value */
const inLayer = (value) => ({ ...value, channel: value.channel + state.firstInView(value.layer) });

/** @typedef {{run: string, place: Reading, image: string, example: number, step: number | null}} Wanted */

/** @param {Wanted} wanted @returns {Promise<Explained | null>} */
async function fetchOne({ run, place, image, example, step }) {
  const none = { place, answer: null, softmax: null, problem: null };
  try {
    if (isWeight(place))
      return { ...none, ...(await inOrder(() => weightExplained(run, place, example, step))) };
    if (place.layer === "input") return { ...none, answer: inputExplained(place, image) };
    const [answer, softmax] = await Promise.all([
      server.explainOutput(run, { ...inLayer(valueAsked(place)), image, step }),
      scoreOf(place)
        ? server.explainOutput(run, { ...valueAsked(place), layer: "softmax", image, step })
        : null,
    ]);
    return { ...none, answer, softmax };
  } catch (error) {
    if (error instanceof Problem && error.status) return { ...none, problem: error.message };
    noticeError(error);
    return null;
  }
}

/**
 * @param {string} run @param {import("./places.js").WeightPlace} place @param {number} example
 * @param {number | null} step
 * @returns {Promise<{answer: any} | {problem: string}>}
 */
async function weightExplained(run, place, example, step) {
  const problem = noGradient();
  return problem
    ? { problem }
    : { answer: await server.explainWeight(run, { ...weightAsked(place), example, step }) };
}

/** Why no update led to the weights as they are; null: one did. */
function noGradient() {
  if (state.observed.peek())
    return "What each position contributed to the gradient of this weight is not known here: the batch is your loop's own.";
  const now = state.step.peek();
  if (now === 0) {
    return "There is no gradient yet: step 0 is before the first update. Take a step to see what each position contributed to the gradient of this weight.";
  }
  const changed = state.run.peek()?.interventions.some((change) => change.step >= now);
  if (changed || newestFrame.frame?.header.reason === "intervention") {
    return "There was an intervention after the last update, so no update led to these weights. Take a step to see what each position contributed to the gradient of this weight.";
  }
  return state.atFork.peek()
    ? `This fork begins at step ${now}: the update that led here is its parent's, which shows it at that step. Take a step to see what each position contributed to the gradient of this weight.`
    : null;
}

/** Whether a value is a score that softmax turns into a probability. @param {{layer: string}} place */
const scoreOf = ({ layer }) =>
  state.plan.peek()?.columns.find((column) => column.name === layer)?.role === "classes";

const questions = newest(fetchOne, {
  done: (answer, wanted) => {
    if (wanted.run === runId.peek() && state.openNumber.peek()) explained.value = answer;
  },
});

effect(() => {
  const place = state.openNumber.value;
  const [run, image, example] = [runId.value, probeId(), state.batchImage.value];
  state.slowTick.value; // frames: the number changes as the network learns
  state.probeVersion.value;
  const step = state.askedStep.value;
  if (place && run && image) questions.want({ run, place, image, example, step });
  else {
    questions.drop();
    explained.value = null;
  }
});
