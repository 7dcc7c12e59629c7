/** The steps of an observed run that were recorded: nobody but its own loop can make the others. */
import { effect, signal } from "@preact/signals";
import { noticeError } from "../../shared/notices.js";
import { server } from "../../shared/server.js";
import { doublingSteps } from "../filter/kernel-grid.js";
import { lastStep, liveRun, observed } from "../state.js";

const AGAIN_MS = 2000;

/** In order; empty for a run whose every step can be made again. */
export const recorded = signal(/** @type {number[]} */ ([]));
let of = "";
let askedAt = 0;

/** Asks again as the run goes on, now and then. */
effect(() => {
  lastStep.value;
  const run = observed.value ? (liveRun.value?.id ?? "") : "";
  const now = performance.now();
  if (run !== of) recorded.value = [];
  else if (now - askedAt < AGAIN_MS) return;
  [of, askedAt] = [run, now];
  if (!run) return;
  server.recordedSteps(run).then(({ steps }) => {
    if (of === run) recorded.value = steps;
  }, noticeError);
});

/** The recorded step that is nearest; of another run the very step. @param {number} step */
export function nearest(step) {
  if (!observed.peek()) return step;
  return recorded
    .peek()
    .reduce((best, one) => (Math.abs(one - step) < Math.abs(best - step) ? one : best), -Infinity);
}

/** Steps of a filter's strip: 0, 1, 2, 4, 8, …, or what was recorded nearest to them. */
export function stripSteps() {
  const steps = doublingSteps(lastStep.value);
  if (!observed.value) return steps;
  if (!recorded.value.length) return [];
  return [...new Set(steps.map(nearest))];
}
