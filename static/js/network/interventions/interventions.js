/** Interventions in a run: its weights, and which filters take part. */
import { effect, signal } from "@preact/signals";
import { server } from "../../shared/server.js";
import { proposeFork, withRun } from "../intents.js";
import { inOrder } from "../request-queue.js";
import { updateRun } from "../session.js";
import { heldOut, heldOutStep, playing, run, step } from "../state.js";

/** @typedef {import("../../shared/types.js").Intervention} Intervention */
/** @typedef {{held_out_before: number | null, held_out_after: number | null}} AccuracyEffect */

/** What the last intervention did. */
export const lastChange = signal(/** @type {(Intervention & {type: string}) | null} */ (null));

/** What interventions did to the held-out accuracy, by run and number, as far as this page saw it. */
export const accuracyEffects = signal(/** @type {Record<string, AccuracyEffect>} */ ({}));

/** @param {number} id of an intervention in the run on the page */
export const accuracyEffectOf = (id) => accuracyEffects.value[`${run.value?.id}.${id}`] ?? null;

/** @param {string} key @param {AccuracyEffect} worth */
const setEffect = (key, worth) => {
  accuracyEffects.value = { ...accuracyEffects.peek(), [key]: worth };
};

/** The accuracy of the state on the page, if it is the state that was measured. */
const currentAccuracy = () =>
  !playing.peek() && heldOutStep.peek() === step.peek() ? heldOut.peek() : null;

/** The intervention whose state is measured next. @type {{key: string, step: number} | null} */
let awaited = null;

/** An intervention takes the accuracy away until it is measured again, which is then of this state. */
function completeEffect() {
  const share = heldOut.value;
  if (!awaited || share === null || heldOutStep.value !== awaited.step) return;
  const worth = accuracyEffects.peek()[awaited.key];
  if (worth) setEffect(awaited.key, { ...worth, held_out_after: share });
  awaited = null;
}

effect(completeEffect);

/** A reset takes all of them back, and numbers the next ones from the beginning. */
effect(() => {
  if (!run.value?.interventions.length) accuracyEffects.value = {};
});

/** @param {Intervention} answer @param {number | null} before */
function recordEffect({ id, step: at, held_out_before, held_out_after, run: of }, before) {
  const key = `${of.id}.${id}`;
  const known = accuracyEffects.peek()[key]?.held_out_before; // where its drag began
  setEffect(key, { held_out_before: held_out_before ?? known ?? before, held_out_after });
  awaited = held_out_after === null ? { key, step: at } : null;
  completeEffect(); // the stream may have told it before this answer came
}

/** @param {{type: string} & Record<string, any>} change as the server takes it
 * @param {string} [drag] key of the drag that it is part of: all of it is one intervention */
export async function intervene(change, drag) {
  if (proposeFork({ change })) return true;
  return inOrder(() => applyChange(change, drag));
}

/** @param {{type: string} & Record<string, any>} change @param {string} [drag] */
async function applyChange(change, drag) {
  const before = currentAccuracy();
  const answer = await withRun((id) => server.intervene(id, change, drag));
  if (!answer) return false;
  if (answer.run.id === run.value?.id) updateRun(answer.run);
  recordEffect(answer, before);
  lastChange.value = { ...answer, type: change.type };
  return true;
}

/** Takes the last intervention back. */
export const undo = () => intervene({ type: "undo" });
