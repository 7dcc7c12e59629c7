/** Paints every column of the network from the newest frame. */
import { computed, effect } from "@preact/signals";
import { askPaint, latest, onPaint } from "../frames.js";
import { kindAt, shownFrame } from "../slow-motion/phases.js";
import { kernelKind, plan, replay, run, scaleMode, slowTick } from "../state.js";
import { extentsOf } from "./value-ranges.js";

/** @typedef {import("./atlas.js").Atlas} Atlas @typedef {import("./value-ranges.js").Extents} Extents */

/** @type {Set<Atlas>} */
const atlases = new Set();

/** The scales of what is on screen, for its labels. @type {{extents: Extents | null}} */
export const shownScales = { extents: null };

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
  const extents = extentsOf(frame, columns, kind);
  shownScales.extents = extents;
  const view = { frame, extents, mode: scaleMode.peek(), kind, bare: Boolean(slow) };
  for (const atlas of atlases) atlas.paint(view);
}

onPaint(paintAll);

/** What the viewer chooses is painted at once, without waiting for a frame. */
effect(() => {
  kernelKind.value;
  scaleMode.value;
  askPaint();
});

/** A phase of slow motion is painted, and its text written, at once. */
effect(() => {
  replay.value;
  askPaint();
  requestAnimationFrame(() => {
    slowTick.value = slowTick.peek() + 1;
  });
});
