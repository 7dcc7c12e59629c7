/**
 * The run on the page: opened, followed, and left. Joins the server's news to the state.
 */
import { batch, computed, effect } from "@preact/signals";
import { count } from "../shared/format.js";
import { addPoints, curveOf, emptyCurve, MOST_POINTS } from "../shared/metric-history.js";
import { notice, noticeError } from "../shared/notices.js";
import { address, Problem, server } from "../shared/server.js";
import { Stream } from "../shared/stream.js";
import { readAddress, writeAddress } from "./address-bar.js";
import { ofKind } from "./drawing/scales.js";
import { clearFrame, latest, receiveFrame } from "./frames.js";
import { before } from "./slow-motion/numbers.js";
import * as state from "./state.js";

const MAX_FPS = 36; // asked for; a little over 30, so that 30 are seen
const HIDDEN_MS = 1500; // a hidden tab stops watching after this
const FETCH_AGAIN_MS = 1000;
const STEP_MS = 200; // browsers let an address change only so often
const GONE = "This run no longer exists on the server";

/** @type {Stream | null} */
let stream = null;
let historyTimer = 0;

/** Opens the run of the address, or the browser's last one, or makes a new one. */
export async function openFirstRun() {
  const place = readAddress();
  state.openedFilter.value = place.filter;
  state.why.value = place.why;
  state.inspect.value = place.inspect;
  const known = place.run ? await findRun(place.run) : null;
  await openRun(known ?? (await firstRun(place.named)), known && place.step, known && place.probe);
  syncAddressBar();
}

/** @param {string} id @returns {Promise<import("../shared/types.js").Run | null>} null: it is gone */
async function findRun(id) {
  try {
    return await server.run(id);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

/** A new one, but in a page of others, which shows one run and no other. @param {boolean} gone */
async function firstRun(gone) {
  if (location.pathname.endsWith("/embed")) throw new Error(`${GONE}.`);
  if (gone) noticeError(`${GONE}; here is a new one.`);
  state.busy.value = "Creating a new run…";
  const run = await server.create({});
  state.openedFilter.value = null;
  return run;
}

/** Leaves the run on the page, if any, and follows another.
 * @param {import("../shared/types.js").Run} run @param {number | null} [step] of its past
 * @param {string | null} [probe] a picture that the run may have */
export async function openRun(run, step = null, probe = null) {
  stream?.close();
  clearFrame();
  const layers = await server.layers(run.id);
  const shown = run.kind === "observed" ? await import("./observed/shown.js") : null;
  latest.fit = shown && shown.fit;
  const image = probe && (await server.image(run.id, probe).catch(noticeError));
  batch(() => {
    Object.assign(state.history, { points: emptyCurve(), reached: 0, fetching: null });
    state.historyTick.value += 1;
    state.layers.value = layers;
    state.firstLayer.value = layers[0] ?? null;
    shown?.open(layers);
    state.pinnedProbe.value = image ? image.id : null;
    state.probe.value = image || null; // another run does not have that picture
    state.hoveredCell.value = null;
    state.pointed.value = null;
    state.pinned.value = null;
    state.batchImage.value = 0;
    state.replay.value = before.value = state.predictions.value = null; // of the last run
    state.pastStep.value = state.pastSettings.value = state.proposal.value = null;
    updateRun(run);
    updateNumbers(run);
    if (step !== null && step < state.lastStep.value)
      state.pastStep.value = state.step.value = step;
    else if (run.loop && run.loop.state !== "connected") showLastRecorded(run);
    state.busy.value = null;
  });
  if (step !== null) sayIfBeyond(step);
  keepPlace(false);
  follow(run.id);
}

/** A loop that went away shows nothing itself: what was recorded of it is looked at.
 * @param {import("../shared/types.js").Run} run */
function showLastRecorded(run) {
  server.recordedSteps(run.id).then(({ steps }) => {
    const last = steps.at(-1) ?? run.steps;
    if (last < run.steps && state.liveRun.peek()?.id === run.id) state.pastStep.value = last;
  }, noticeError);
}

/** Into the address. @param {boolean} push as a step that Back undoes */
function keepPlace(push) {
  const run = state.liveRun.peek()?.id;
  const [filter, step, probe, why, inspect] = [
    state.openedFilter,
    state.pastStep,
    state.pinnedProbe,
    state.why,
    state.inspect,
  ].map((one) => one.peek());
  if (run) writeAddress(/** @type {any} */ ({ run, filter, step, probe, why, inspect }), push);
}

/** A link may lead to a step that is not there yet, or not any more. @param {number} step */
function sayIfBeyond(step) {
  const last = state.lastStep.value;
  if (step > last)
    notice(
      `There is no step ${count(step)} yet: this run has come to step ${count(last)}, which you see.`,
    );
}

/** @param {string} id */
function follow(id) {
  state.connection.value = "waiting";
  stream = new Stream(address.stream(id), {
    onRun: updateRun,
    onFrame: (buffer) => noticeErrors(() => takeFrame(id, buffer)),
    onError: noticeError,
    onOpen: () => {
      state.connection.value = "open";
      fetchHistory(id).catch(noticeUnlessDeleted);
    },
    onLost: () => {
      state.connection.value = "lost";
      resetRevision();
    },
    isBusy: () => state.liveRun.peek()?.state === "playing",
    onGone: () =>
      firstRun(true)
        .then((run) => openRun(run))
        .catch(noticeError),
  });
  stream.watch(watchRequest());
}

/** That a run is gone is said once, by the stream's closing. @param {unknown} error */
function noticeUnlessDeleted(error) {
  if (!(error instanceof Problem && error.status === 404)) noticeError(error);
}

/** @param {() => void} work */
function noticeErrors(work) {
  try {
    work();
  } catch (error) {
    noticeError(error);
  }
}

/** A server that comes back counts its revisions from the beginning. */
function resetRevision() {
  const known = state.liveRun.value;
  if (known) state.liveRun.value = { ...known, revision: 0 };
}

/** An answer that was overtaken by the stream says nothing. @param {import("../shared/types.js").Run} run */
export function updateRun(run) {
  const old = state.liveRun.value;
  if (run.id === old?.id && run.revision < old.revision) return;
  batch(() => {
    state.liveRun.value = { ...run, ...state.pending.value };
    state.loop.value = run.loop ?? null;
    if (!["playing", "stepping"].includes(run.state)) updateNumbers(run);
  });
  if (run.probe !== old?.probe || run.id !== old?.id) refreshProbe().catch(noticeUnlessDeleted);
}

/** The numbers that frames bring too, for when none comes. @param {import("../shared/types.js").Run} run */
function updateNumbers(run) {
  state.lastStep.value = run.steps;
  if (state.inPast.value) return;
  state.step.value = run.step;
  state.loss.value = run.loss;
  state.accuracy.value = run.accuracy;
  state.heldOut.value = run.held_out_accuracy;
  state.heldOutStep.value = run.held_out_step;
  state.heldOutBalanced.value = run.held_out_balanced_accuracy ?? null;
  state.speed.value = run.images_per_second;
}

/** @param {string} id @param {ArrayBuffer} buffer */
function takeFrame(id, buffer) {
  if (receiveFrame(buffer)) stream?.answered();
  if (state.history.points.stale) fetchHistorySoon(id);
}

/** Where frames told what the curves cannot take up exactly. @param {string} id */
function fetchHistorySoon(id) {
  if (state.history.fetching || historyTimer) return;
  historyTimer = window.setTimeout(() => {
    historyTimer = 0;
    if (state.liveRun.value?.id === id) fetchHistory(id).catch(noticeUnlessDeleted);
  }, FETCH_AGAIN_MS);
}

/** The curves as the server has them, and what frames told since they were asked for. @param {string} id */
async function fetchHistory(id) {
  /** @type {NonNullable<typeof state.history.fetching>} */
  const fetching = { news: [], isVoid: false };
  state.history.fetching = fetching;
  try {
    const points = curveOf(await server.history(id, MOST_POINTS));
    if (state.history.fetching !== fetching) return; // another run, or asked again
    for (const news of fetching.news) addPoints(points, news);
    if (fetching.isVoid) state.history.points.stale = true;
    else state.history.points = points;
    state.historyTick.value += 1;
  } finally {
    if (state.history.fetching === fetching) state.history.fetching = null;
  }
  if (state.history.points.stale) fetchHistorySoon(id);
}

/** The probe on the page is the one chosen here, or else the run's own. */
export const probeId = () => state.pinnedProbe.value ?? state.liveRun.value?.probe ?? null;

/** Asks what the probe is: its class, and what preprocessing did. */
export async function refreshProbe() {
  const id = probeId();
  const run = state.liveRun.value?.id;
  if (!id || !run) return;
  const image = await server.image(run, id);
  if (probeId() === id && state.liveRun.value?.id === run) state.probe.value = image;
}

/** What is on screen, as the stream is asked for it. @returns {import("../shared/stream.js").Watch} */
function watchRequest() {
  const shown = state.layers.value.filter((layer) => !["Flatten", "Dropout"].includes(layer.type));
  const learned = kernelQuantities().flatMap((of) => [
    { tensor: "weight", of },
    { tensor: "bias", of },
  ]);
  return {
    layers: shown.map((layer) => layer.name),
    tensors: [{ tensor: "output" }, { tensor: "input" }, ...learned],
    probe: probeId() ?? undefined,
    max_fps: MAX_FPS,
    step: state.pastStep.value ?? undefined,
    windows: state.observed.value ? state.watchedWindows.value : undefined,
  };
}

/** What of the weights is shown: value, gradient, update. @returns {string[]} */
function kernelQuantities() {
  if (state.openedFilter.value) return ["value", "gradient", "update"];
  const shown = ofKind(state.kernelKind.value);
  return shown === "value" && state.ghost.value === "last" ? ["value", "update"] : [shown];
}

/** As text: what is the same needs no new frame. */
const watched = computed(() => JSON.stringify(watchRequest()));

/** Tells the server whenever something else is watched. */
effect(() => {
  const watch = JSON.parse(watched.value);
  if (state.inPast.value) state.probeVersion.value; // a picture that is drawn on is another one
  stream?.watch(watch);
});

let hiddenTimer = 0;

/** A tab that nobody sees watches nothing. */
effect(() => {
  clearTimeout(hiddenTimer);
  if (!state.visible.value) {
    hiddenTimer = window.setTimeout(() => stream?.close(), HIDDEN_MS);
  } else if (stream?.closed && state.liveRun.value) {
    follow(state.liveRun.value.id);
  }
});

/** Keeps the address bar and the filter view the same, in both directions. */
function syncAddressBar() {
  let first = true;
  effect(() => {
    state.openedFilter.value;
    state.liveRun.value?.id;
    keepPlace(!first);
    first = false;
  });
  let timer = 0;
  effect(() => {
    state.pastStep.value;
    state.pinnedProbe.value;
    state.why.value;
    state.inspect.value;
    clearTimeout(timer);
    timer = window.setTimeout(() => keepPlace(false), STEP_MS);
  });
  addEventListener("popstate", () => {
    const place = readAddress();
    if (place.run !== state.liveRun.value?.id) location.reload();
    else {
      state.openedFilter.value = place.filter;
      state.why.value = place.why;
      state.inspect.value = place.inspect;
      if (place.step !== null) sayIfBeyond(place.step);
      state.pastStep.value =
        place.step !== null && place.step < state.lastStep.value ? place.step : null;
    }
  });
}
