/** Paints every column of the network from the newest frame. */
import { computed, effect } from "@preact/signals";
import { askPaint, newest, onPaint } from "../frame.js";
import { dark, kernelKind, plan, run, scaleMode } from "../state.js";
import { extentsOf } from "./extents.js";
import { readPalette } from "./palette.js";

/** @typedef {import("./atlas.js").Atlas} Atlas @typedef {import("./extents.js").Extents} Extents */

/** The colours in force. */
export const palette = computed(() => readPalette(dark.value));

/** @type {Set<Atlas>} */
const atlases = new Set();

/** The scales of what is on screen, for its labels. @type {{extents: Extents | null}} */
export const shown = { extents: null };

/** @param {Atlas} atlas @returns {() => void} undoes it */
export function attach(atlas) {
  atlases.add(atlas);
  askPaint();
  return () => atlases.delete(atlas);
}

/** The newest frame, if it is of the run on the page. */
export function currentFrame() {
  const { frame } = newest;
  return frame && frame.header.run === run.peek()?.id ? frame : null;
}

function paintAll() {
  const frame = currentFrame();
  const columns = plan.peek()?.columns;
  if (!frame || !columns) return;
  const kind = kernelKind.peek();
  const extents = extentsOf(frame, columns, kind);
  shown.extents = extents;
  const view = { frame, extents, mode: scaleMode.peek(), kind };
  for (const atlas of atlases) atlas.paint(view);
}

onPaint(paintAll);

/** What the viewer chooses is painted at once, without waiting for a frame. */
effect(() => {
  kernelKind.value;
  scaleMode.value;
  askPaint();
});
