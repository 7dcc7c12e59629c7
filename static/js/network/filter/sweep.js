/** The window that slides over a filter's input maps: by itself, or by hand on a slider. */
import { effect, signal } from "@preact/signals";
import { explained } from "../explain/explanation.js";
import { same } from "../explain/places.js";
import { pointAt } from "../explain/pointing.js";
import { openedFilter, pinned, pointed } from "../state.js";

const TICK_MS = 60;
const MOST_TICKS = 240; // of one pass: on larger maps it takes longer strides

export const sweeping = signal(false);

/** @typedef {import("../drawing/layout.js").Column} Column @typedef {import("../explain/places.js").ValuePlace} ValuePlace */

/** The value of a filter's map that is open; while the window slides, the one whose numbers are there.
 * @param {Column} column @param {number} channel @returns {ValuePlace | null} */
export const openValue = (column, channel) =>
  own(sweeping.value ? explained.value?.place : (pinned.value ?? pointed.value), column, channel);

/** The place, if it is one of this filter's map.
 * @param {import("../explain/pointing.js").NumberPlace | null | undefined} place @param {Column} column @param {number} channel
 * @returns {ValuePlace | null} */
function own(place, column, channel) {
  if (!place || "tensor" in place) return null;
  return place.layer === column.name && place.channel === channel ? place : null;
}

/** Opens the n-th position of a filter's map. @param {Column} column @param {number} channel @param {number} at */
export function openPosition(column, channel, at) {
  const [, rows, cols] = column.shape;
  const place = at % (rows * cols);
  pinned.value = null;
  pointAt({
    layer: column.name,
    channel,
    y: Math.floor(place / cols),
    x: place % cols,
    within: "filter",
  });
}

let timer = 0;

export function stopSweep() {
  clearInterval(timer);
  if (sweeping.peek()) pointAt(null);
  sweeping.value = false;
}

/** From where the window is, or from the start. @param {Column} column @param {number} channel */
export function startSweep(column, channel) {
  const [, rows, cols] = column.shape;
  const stride = Math.max(1, Math.ceil((rows * cols) / MOST_TICKS));
  const open = own(pinned.peek() ?? pointed.peek(), column, channel);
  let at = open ? open.y * cols + open.x : 0;
  clearInterval(timer);
  sweeping.value = true;
  timer = window.setInterval(() => {
    const now = own(pointed.peek(), column, channel);
    if (now && !same(explained.peek()?.place, now)) return; // its numbers have not come yet
    openPosition(column, channel, at);
    at += stride;
  }, TICK_MS);
}

/** Another filter has another window; a pinned number holds it. */
effect(() => {
  openedFilter.value;
  if (pinned.value !== null || openedFilter.value === null) stopSweep();
});
effect(() => {
  openedFilter.value;
  stopSweep();
});
