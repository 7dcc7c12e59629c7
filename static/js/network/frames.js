/**
 * Frames from their arrival to the screen: every one's history is kept, only the newest is painted,
 * at most once an animation frame.
 *
 * `window.convscope` is for measuring: `painted` holds the last 512 of `{step, time, seq, drawn,
 * shown}`: `time` is the server's clock when the step ended, `drawn` ours when its pixels were
 * written, `shown` when the browser had done that frame's work; seconds since 1970, all three.
 */
import { batch } from "@preact/signals";
import { decodeFrame } from "../shared/frame.js";
import { addPoints, cutAfter } from "../shared/metric-history.js";
import * as state from "./state.js";

/** @typedef {import("../shared/frame.js").Frame} Frame */

const SLOW_MS = 125;
const CURVES_MS = 250;
const KEPT = 512;

/** `frame`: what is on screen, or about to be; `header`: of the present, whichever is looked at.
 * `fit`: cuts sections of large layers down to what is in view.
 * @type {{frame: Frame | null, header: import("../shared/frame.js").FrameHeader | null,
 *   fit: ((sections: Frame["sections"]) => void) | null}} */
export const latest = { frame: null, header: null, fit: null };

/** @type {Set<() => void>} */
const painters = new Set();
let asked = false;
let fresh = false;
let slowAt = 0;
let curvesAt = 0;
let slowTimer = 0;
let curvesTimer = 0;
/** Of the present's last frame that the page has shown. @type {import("../shared/frame.js").FrameHeader | null} */
let lastHeader = null;

/** @type {{painted: object[]}} */
const measured = { painted: [] };
Object.assign(window, { convscope: measured });

/** Calls a painter for each new frame. @param {() => void} painter @returns {() => void} undoes it */
export function onPaint(painter) {
  painters.add(painter);
  askPaint();
  return () => painters.delete(painter);
}

/** Paints in the next animation frame, once however often it is asked. */
export function askPaint() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(paint);
}

/** The curves go on; a reset, here or elsewhere, ends what came after it.
 * @param {import("../shared/frame.js").FrameHeader} header */
function keepHistory({ step, reason, history: news }) {
  const { points, reached, fetching } = state.history;
  if (step < reached || reason === "reset") {
    cutAfter(points, step);
    if (fetching) fetching.isVoid = true;
  }
  state.history.reached = step;
  addPoints(points, news);
  fetching?.news.push(news);
}

/**
 * Keeps what a frame brings: of the present its history always, its picture unless the past is
 * looked at; of the past its picture, while that is looked at.
 * @param {ArrayBuffer} buffer @returns {boolean} whether it answers a look at the past
 * @throws {import("../shared/frame.js").FrameError}
 */
export function receiveFrame(buffer) {
  const frame = decodeFrame(buffer);
  const { header } = frame;
  latest.fit?.(frame.sections);
  const seek = header.reason === "seek";
  if (!seek) {
    keepHistory(header);
    latest.header = header;
    if (header.reason === "reset") state.pastStep.value = null; // that past is another run's now
  }
  // the first frames of the present that come after a look at the past may be without pictures
  const shown = seek ? state.inPast.peek() : !state.inPast.peek() && frame.sections.size > 0;
  if (shown) {
    latest.frame = frame;
    fresh = true;
  }
  askPaint();
  return seek;
}

/** Forgets the frame of a run that is left. */
export function clearFrame() {
  latest.frame = latest.header = null;
  askPaint();
}

/** Paints without waiting for the next animation frame. */
export const paintNow = () => paint();

function paint() {
  asked = false;
  const { frame } = latest;
  if (latest.header) followRun(latest.header);
  if (frame && fresh) publish(frame);
  for (const painter of painters) painter();
  if (frame && fresh) measure(frame);
  fresh = false;
}

/** The run goes on, whichever step is on the page. @param {import("../shared/frame.js").FrameHeader} header */
function followRun(header) {
  if (header === lastHeader) return;
  lastHeader = header;
  state.lastStep.value = header.step;
  clearTimeout(curvesTimer);
  tickCurves(header.reason !== "train");
  curvesTimer = window.setTimeout(() => tickCurves(true), CURVES_MS); // the last one of a burst
}

/** Puts a frame's numbers on the page. @param {Frame} frame */
function publish({ header }) {
  batch(() => {
    state.step.value = header.step;
    state.loss.value = header.loss;
    state.accuracy.value = header.accuracy;
    state.heldOut.value = header.held_out_accuracy;
    state.heldOutStep.value = header.held_out_step;
    state.heldOutBalanced.value = header.held_out_balanced_accuracy ?? null;
    state.speed.value = header.reason === "seek" ? null : header.images_per_second;
    state.predictions.value = header.predictions;
    if (header.loop && header.reason !== "seek")
      state.loop.value = { .../** @type {any} */ (state.loop.peek()), ...header.loop };
    const then = pastSettingsOf(header);
    if (JSON.stringify(then) !== JSON.stringify(state.pastSettings.peek()))
      state.pastSettings.value = then; // whoever types a setting is not disturbed
    state.recomputed.value = header.recomputed ?? null;
  });
  clearTimeout(slowTimer);
  const calm = header.reason !== "train";
  tickText(calm);
  if (calm) return;
  slowTimer = window.setTimeout(() => tickText(true), 2 * SLOW_MS); // the last one of a burst
}

/** The settings in force at a past step. @param {import("../shared/frame.js").FrameHeader} header */
function pastSettingsOf({ reason, learning_rate, momentum, weight_decay, silenced, frozen }) {
  if (reason !== "seek") return null;
  return { learning_rate, momentum, weight_decay, silenced: silenced ?? [], frozen: frozen ?? [] };
}

/** Text and curves change less often than pixels: nobody reads faster. @param {boolean} now */
function tickText(now) {
  const time = performance.now();
  if (!now && time - slowAt < SLOW_MS) return;
  slowAt = time;
  state.slowTick.value += 1;
}

/** @param {boolean} now */
function tickCurves(now) {
  const time = performance.now();
  if (!now && time - curvesAt < CURVES_MS) return;
  curvesAt = time;
  state.historyTick.value += 1;
}

const channel = new MessageChannel();
/** @type {(() => void)[]} */
const afterFrame = [];
channel.port1.onmessage = () => {
  for (const done of afterFrame.splice(0)) done();
};

/** @param {Frame} frame */
function measure({ header }) {
  const clock = () => (performance.timeOrigin + performance.now()) / 1000;
  const entry = { step: header.step, time: header.time, seq: header.seq, drawn: clock(), shown: 0 };
  afterFrame.push(() => {
    entry.shown = clock();
  });
  channel.port2.postMessage(null); // runs after the browser's own rendering of this frame
  measured.painted.push(entry);
  if (measured.painted.length > KEPT) measured.painted.shift();
}
