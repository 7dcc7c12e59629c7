/** Slow motion's controls: a real step is taken, and shown phase by phase. */
import { signal } from "@preact/signals";
import { decodeFrame } from "../../shared/frame.js";
import { reducedMotion } from "../../shared/media-queries.js";
import { server } from "../../shared/server.js";
import { unpin } from "../explain/pointing.js";
import { pause, proposeFork, withRun } from "../intents.js";
import { playing, replay, run, startable } from "../state.js";
import { atPhase, replayOf } from "./phases.js";

export const slowPlaying = signal(false); // goes from phase to phase by itself
export const slowSpeed = signal(1); // times the usual pace
export const slowWaiting = signal(false); // for the server's answer

/** Takes one step of the run and opens it. */
export async function startSlowMotion() {
  if (slowWaiting.value || !startable.value || proposeFork({ go: "step" })) return;
  slowWaiting.value = true;
  unpin();
  if (playing.value) await pause();
  const id = run.value?.id;
  const bytes = await withRun((of) => server.trace(of));
  if (bytes && run.value?.id === id) {
    replay.value = replayOf(decodeFrame(bytes));
    slowPlaying.value = !reducedMotion.value;
  }
  slowWaiting.value = false;
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
  replay.value = null;
}

/** The keys of slow motion; true: this one was for it. @param {string} key */
export function slowKey(key) {
  const act = {
    ArrowRight: () => moveBy(1),
    ArrowLeft: () => moveBy(-1),
    " ": toggleSlow,
    Escape: closeSlow,
  }[key];
  act?.();
  return Boolean(act);
}
