/** The timeline dragged back to step 0, as a hand would, until another hand takes it. */
import { effect, signal } from "@preact/signals";
import { reducedMotion } from "../../shared/media-queries.js";
import { seek } from "../intents.js";
import { guideOpen, lastStep, pastStep } from "../state.js";

const LASTS_MS = 4000;
const TICK_MS = 80;

export const rewinding = signal(false);
let timer = 0;

export function stopRewinding() {
  clearInterval(timer);
  rewinding.value = false;
}

export function rewind() {
  stopRewinding();
  if (reducedMotion.peek()) return seek(0);
  const [from, began] = [lastStep.peek(), performance.now()];
  let put = pastStep.peek();
  rewinding.value = true;
  timer = window.setInterval(() => {
    if (pastStep.peek() !== put) return stopRewinding();
    const left = 1 - (performance.now() - began) / LASTS_MS;
    seek(Math.round(from * Math.max(0, left)));
    put = pastStep.peek();
    if (left <= 0) stopRewinding();
  }, TICK_MS);
}

effect(() => {
  if (!guideOpen.value) stopRewinding();
});
