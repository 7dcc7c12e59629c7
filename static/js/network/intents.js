/**
 * What the viewer can ask for. Panels call these; nothing here draws, and every refusal becomes a
 * sentence on the page.
 */
import { DATA_PAGE, isData, isPicture } from "../shared/dropped-files.js";
import { newest } from "../shared/latest-only.js";
import { notice, noticeError } from "../shared/notices.js";
import { server } from "../shared/server.js";
import { openRun, probeId, refreshProbe, updateRun } from "./session.js";
import * as state from "./state.js";
import { stepQueue } from "./training/step-queue.js";

/** @typedef {import("../shared/types.js").Run} Run */

/**
 * Runs a call for the run on the page, and takes the run that it answers.
 * @param {(id: string) => Promise<any>} work
 */
export async function withRun(work) {
  const run = state.run.value;
  if (!run) return null;
  try {
    const answer = await work(run.id);
    if (answer?.id === run.id && state.run.value?.id === run.id) updateRun(answer);
    return answer;
  } catch (error) {
    noticeError(error);
    return null;
  }
}

/** Looks at a step; the last one is the present, which goes on. @param {number} step */
export function seek(step) {
  state.pastStep.value = step < state.lastStep.value ? Math.max(0, step) : null;
}

export function backToNow() {
  state.pastStep.value = null;
  if (state.liveRun.value) updateRun(state.liveRun.value); // its numbers, should no frame come
}

/**
 * What was recorded is never overwritten: a change of the past is proposed as a fork.
 * @param {import("./timeline/fork-proposal.js").Part} part @returns {boolean} whether the past is on the page
 */
export function proposeFork(part) {
  if (!state.inPast.value) return false;
  const by = document.activeElement;
  import("./timeline/fork.js").then((module) => module.propose(part, by), noticeError);
  return true;
}

/** Goes on from the step on the page with another part of the recipe. @param {Record<string, unknown>} recipe */
export const forkWithRecipe = (recipe) =>
  import("./timeline/fork.js").then(
    (module) => module.fork({ step: state.pastStep.value, recipe }, null),
    noticeError,
  );

export const play = () =>
  proposeFork({ go: "play" }) || withRun((id) => server.command(id, "play"));
export const pause = () => withRun((id) => server.command(id, "pause"));
export const resume = () => withRun((id) => server.command(id, "resume"));
export const togglePlay = () => (state.playing.value ? pause() : state.startable.value && play());

/** What the run was is kept, as a run of its own. */
export async function reset() {
  if (state.inPast.value) backToNow();
  const answer = await withRun((id) => server.command(id, "reset"));
  if (answer?.previous_run)
    notice("The run before the reset was kept:", {
      to: `./?run=${answer.previous_run}`,
      says: "open it",
    });
}

const steps = stepQueue(async (count) => {
  if (state.inPast.value || !state.startable.value) return false;
  if (state.playing.value) await pause();
  return Boolean(await withRun((id) => server.step(id, { steps: count })));
});

/** One step; pauses first where it plays. @param {boolean} [repeated] by a key that is held */
export function stepOnce(repeated = false) {
  if (!state.startable.value || proposeFork({ go: "step" })) return;
  steps.press(repeated);
}

/** What a held key still asked for is forgotten when it is let go. */
export const stopStepping = () => steps.release();

let patchTimer = 0;
const PATCH_MS = 120;

/** Changes learning rate, momentum or speed while it trains, at most eight times a second.
 * @param {Record<string, number | null>} settings */
export function changeSettings(settings) {
  const run = state.run.value;
  if (
    !run ||
    (!("steps_per_second" in settings) && proposeFork({ settings: /** @type {any} */ (settings) }))
  )
    return;
  state.pending.value = { ...state.pending.value, ...settings };
  state.liveRun.value = { ...run, ...settings };
  clearTimeout(patchTimer);
  patchTimer = window.setTimeout(() => {
    const sent = state.pending.value;
    state.pending.value = {};
    withRun((id) => server.patch(id, sent)).then((answer) => answer ?? reloadRun());
  }, PATCH_MS);
}

/** After a refusal the page shows what the run really has. */
const reloadRun = () => withRun((id) => server.run(id));

/** Starts a run with a recipe; the one that was on the page stays as it is. @param {object} recipe */
export async function startRun(recipe) {
  state.busy.value = "Starting a new run…";
  try {
    const run = await server.create(recipe);
    state.openedFilter.value = null;
    await openRun(run);
    return true;
  } catch (error) {
    noticeError(error);
    return false;
  } finally {
    state.busy.value = null;
  }
}

/** Asks for a named network's layers, once. @param {string} name */
export function wantLayers(name) {
  if (state.modelLayers.peek()[name]) return;
  server.modelLayers(name).then((layers) => {
    state.modelLayers.value = { ...state.modelLayers.peek(), [name]: layers };
  }, noticeError);
}

/** @param {string} image id of a picture */
export function chooseProbe(image) {
  state.pinnedProbe.value = image;
  refreshProbe().catch(noticeError);
}

/** @param {Blob} file a picture; the server says what it makes of it */
export async function upload(file) {
  const image = await withRun((id) => server.upload(id, file));
  if (image) chooseProbe(image.id);
}

/** A file from anywhere: pictures become the probe. @param {File} file */
export function takePicture(file) {
  if (isPicture(file)) return upload(file);
  if (isData(file)) {
    notice("A data set is made by", DATA_PAGE);
    return null;
  }
  notice("Expected a picture; files of runs are taken by", {
    to: "runs",
    says: "the list of runs",
  });
  return null;
}

/** The shipped photograph, uploaded as one's own would be. */
export const uploadSample = () => server.sample().then(upload).catch(noticeError);

/** @param {boolean} inverted */
export const invertProbe = (inverted) => prepareProbe({ inverted }, { invert: inverted });

/** @param {boolean} centred */
export const centreProbe = (centred) => prepareProbe({ centred }, { centre: centred });

/** @param {{inverted?: boolean, centred?: boolean}} shown @param {{invert?: boolean, centre?: boolean}} asked */
async function prepareProbe(shown, asked) {
  const image = probeId();
  if (!image) return;
  const before = state.probe.value;
  if (before) state.probe.value = { ...before, ...shown }; // the switch stays as it was put
  const answer = await withRun((id) => server.prepareImage(id, image, asked));
  if (probeId() === image) state.probe.value = answer ?? before;
  if (!answer) return;
  state.probeVersion.value += 1;
}

/** The drawing's picture on the server, for as long as the run is the same. */
const drawing = { run: "", image: "" };
const drawings = newest(sendDrawing, {});

/** Sends a drawing as it grows: the newest one, never two at a time. @param {Blob} blob a PNG */
export const draw = (blob) => drawings.want(blob);

/** @param {Blob} blob */
async function sendDrawing(blob) {
  const run = state.run.value?.id ?? "";
  const known = drawing.run === run ? drawing.image : "";
  const image = await withRun((id) =>
    known ? server.replace(id, known, blob, "false") : server.upload(id, blob, "false"),
  );
  if (!image) {
    drawing.image = "";
    return;
  }
  Object.assign(drawing, { run, image: image.id });
  state.probeVersion.value += 1;
  if (state.pinnedProbe.value === image.id) state.probe.value = image;
  else chooseProbe(image.id);
}

/** @param {string} layer @param {number} channel @param {string | null} [tab] of its view */
export function openFilter(layer, channel, tab = null) {
  state.openedFilter.value = { layer, channel, tab };
}

export function closeFilter() {
  state.openedFilter.value = null;
}

/** Where a class's score comes from. @param {string | null} [number] null: of the first answer */
export function askWhy(number = null) {
  state.why.value = { why: "grad-cam", ...state.why.value, class: number };
}
