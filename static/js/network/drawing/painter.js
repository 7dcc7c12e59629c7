/** Paints every column of the network from the newest frame. */
import { computed, effect, signal } from "@preact/signals";
import { reducedMotion } from "../../shared/media-queries.js";
import { askPaint, latest, onPaint } from "../frames.js";
import { ghosts } from "../lazy.js";
import { kindAt, shownFrame } from "../slow-motion/phases.js";
import { progress, slowLayer } from "../slow-motion/progress.js";
import {
  inPast,
  kernelKind,
  plan,
  preprocessing,
  replay,
  run,
  scaleMode,
  slowTick,
} from "../state.js";
import { Movement } from "./movement.js";
import { Scales, TOLD_MS } from "./scales.js";

/** @typedef {import("./atlas.js").Atlas} Atlas */

/** @type {Set<Atlas>} */
const atlases = new Set();

/** The scales of what is on screen. */
export const scales = new Scales();
let scalesOf = "";

/** @param {Atlas} atlas @returns {() => void} undoes it */
export function attach(atlas) {
  atlases.add(atlas);
  askPaint();
  return () => atlases.delete(atlas);
}

/** What slow motion shows instead of the newest frame. */
const slowFrame = computed(() => replay.value && shownFrame(replay.value));

/** The newest frame, if it is of the run on the page; in slow motion, what its phase shows. */
export function currentFrame() {
  return slowFrame.peek() ?? latestFrame();
}

/** The newest frame, slow motion or not. */
export function latestFrame() {
  const { frame } = latest;
  return frame && frame.header.run === run.peek()?.id ? frame : null;
}

function paintAll() {
  const frame = currentFrame();
  const columns = plan.peek()?.columns;
  if (!frame || !columns) return;
  const slow = replay.peek();
  const kind = slow ? kindAt(slow) : kernelKind.peek();
  holdScales(frame, columns);
  const now = performance.now();
  const still = reducedMotion.peek();
  const light = (/** @type {string} */ name) => movement.light(name, now, still);
  const learning = !slow && !inPast.peek() && kind === "weight";
  if (learning) followMovement(frame, columns, now, still);
  const at = slow && slowLayer.peek();
  const filling = at ? { ...at, share: progress.peek() } : null;
  const view = {
    frame,
    entered: preprocessing.peek(),
    filling,
    scales,
    kind,
    bare: Boolean(slow),
    light: learning ? light : null,
    ghostOf: ghosts.peek()?.ghostValues ?? (() => null),
  };
  for (const atlas of atlases) atlas.paint(view);
  if (learning && !still && movement.isFading(now)) askPaint();
}

const movement = new Movement();

/** The filter of each layer that moved most lately. @type {import("@preact/signals").Signal<Record<string, number>>} */
export const movedMost = signal({});

/** @param {import("../../shared/frame.js").Frame} frame @param {import("./layout.js").Column[]} columns @param {number} now @param {boolean} still */
function followMovement(frame, columns, now, still) {
  movement.observe(frame, columns, now, still);
  const most = movement.most();
  if (JSON.stringify(most) !== JSON.stringify(movedMost.peek())) movedMost.value = most;
}

/** A reset run begins with other numbers, and so do its scales.
 * @param {import("../../shared/frame.js").Frame} frame @param {import("./layout.js").Column[]} columns */
function holdScales(frame, columns) {
  const life = `${frame.header.run} ${frame.header.restarts}`;
  if (life !== scalesOf) scales.forget();
  scalesOf = life;
  if (!scales.observe(frame, columns, scaleMode.peek(), performance.now())) return;
  queueMicrotask(tellText); // the numbers of its ends
  setTimeout(tellText, TOLD_MS + 50); // what was pointed out no longer is
}

const tellText = () => {
  slowTick.value = slowTick.peek() + 1;
};

onPaint(paintAll);

/** What the viewer chooses is painted at once, without waiting for a frame. */
effect(() => {
  kernelKind.value;
  scaleMode.value;
  ghosts.value?.firstWeights.value;
  askPaint();
});

/** A phase of slow motion fills up. */
effect(() => {
  progress.value;
  askPaint();
});

/** A phase of slow motion is painted, and its text written, at once. */
effect(() => {
  replay.value;
  askPaint();
  requestAnimationFrame(tellText);
});
