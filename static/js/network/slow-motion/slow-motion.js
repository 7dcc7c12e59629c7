/** Slow motion's controls: a real step is taken, and shown phase by phase. */
import { signal } from "@preact/signals";
import { decodeFrame } from "../../shared/frame.js";
import { reducedMotion } from "../../shared/media-queries.js";
import { notice } from "../../shared/notices.js";
import { server } from "../../shared/server.js";
import { unpin } from "../explain/pointing.js";

import { pause, withRun } from "../intents.js";
import { pastStep, playing, replay, run, slowKeys, slowWaiting, startable } from "../state.js";
import { before, numbersOf, present } from "./numbers.js";
import { atPhase, replayOf } from "./phases.js";

export const slowPlaying = signal(false); // goes from phase to phase by itself
export const slowSpeed = signal(1); // times the usual pace

/** Takes one step of the run and opens it; in the past, opens the step that led to the one on the page. */
export async function startSlowMotion() {
  const past = pastStep.value;
  if (slowWaiting.value || !startable.value) return;
  if (past === 0) {
    notice("No step led to step 0. Slow motion shows step 1 and those after it.");
    return;
  }
  slowWaiting.value = true;
  closeSlow();
  unpin();
  const id = run.value?.id;
  const bytes = past === null ? await nextStep() : await pastStepAgain(past);
  if (bytes && run.value?.id === id && pastStep.value === past) {
    replay.value = replayOf(decodeFrame(bytes), past);
    slowPlaying.value = !reducedMotion.value;
  } else before.value = null;
  slowWaiting.value = false;
}

/** @returns {Promise<ArrayBuffer | null>} */
async function nextStep() {
  const paused = playing.value ? await pause() : null;
  before.value = paused ? numbersOf(paused) : present.value;
  return withRun((id) => server.trace(id));
}

/** @param {number} step @returns {Promise<ArrayBuffer | null>} */
async function pastStepAgain(step) {
  const then = await withRun((id) => server.run(id, step - 1).then(numbersOf));
  before.value = then;
  return then && withRun((id) => server.pastTrace(id, step));
}

/** @param {number} at the phase to show */
export function showPhase(at) {
  if (replay.value) replay.value = atPhase(replay.value, at);
}

/** One phase on or back by hand; it stops going by itself. @param {number} by */
export function moveBy(by) {
  slowPlaying.value = false;
  if (replay.value) showPhase(replay.value.at + by);
}

/** At the end it begins again. */
export function toggleSlow() {
  const now = replay.value;
  if (!now || reducedMotion.value) return;
  if (!slowPlaying.value && now.at === now.phases.length - 1) showPhase(0);
  slowPlaying.value = !slowPlaying.value;
}

export function closeSlow() {
  slowPlaying.value = false;
  replay.value = before.value = null;
}

slowKeys.value = (key) => {
  const act = {
    ArrowRight: () => moveBy(1),
    ArrowLeft: () => moveBy(-1),
    " ": toggleSlow,
    Escape: closeSlow,
  }[key];
  act?.();
  return Boolean(act);
};
