/** How far a phase of slow motion has come: its maps fill up value by value, and its result is told at the end. */
import { computed, effect, signal } from "@preact/signals";
import { reducedMotion } from "../../shared/media-queries.js";
import { replay } from "../state.js";

const FILL_MS = 1500; // of a phase's 2.6 s: the rest is for looking at the result

/** 0 … 1 */
export const progress = signal(1);

/** The layer that a phase is at, and which way numbers go there; null: none. */
export const slowLayer = computed(() => {
  const now = replay.value;
  const { phase, layer } = now?.phases[now.at] ?? {};
  return layer && (phase === "forward" || phase === "backward")
    ? { layer, back: phase === "backward" }
    : null;
});

/** Whether the phase's result has been reached. */
export const isReached = computed(() => progress.value >= 1);

/** Runs from each phase's beginning; with reduced motion a phase is there at once. */
effect(() => {
  const now = replay.value;
  if (!now || !slowLayer.value || reducedMotion.value) {
    progress.value = 1;
    return undefined;
  }
  const began = performance.now();
  let asked = 0;
  const tick = () => {
    progress.value = Math.min(1, (performance.now() - began) / FILL_MS);
    if (progress.peek() < 1) asked = requestAnimationFrame(tick);
  };
  tick();
  return () => cancelAnimationFrame(asked);
});

/**
 * How many of a map's values are there, from the first one on; backward from the last one.
 * @param {number} share 0 … 1 @param {number} rows @param {number} cols
 */
export const reached = (share, rows, cols) => Math.round(share * rows * cols);
