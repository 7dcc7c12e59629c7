/** The run's large numbers. In slow motion each is that of before the step until what makes it has come. */
import { computed, signal } from "@preact/signals";
import { accuracy, heldOut, heldOutBalanced, heldOutStep, loss, replay, step } from "../state.js";
import { hasCome } from "./phases.js";

/** @typedef {{step: number, loss: number | null, accuracy: number | null, heldOut: number | null,
 *   heldOutStep: number | null, heldOutBalanced: number | null}} Numbers */

/** @param {import("../../shared/types.js").Run} run @returns {Numbers} */
export const numbersOf = (run) => ({
  step: run.step,
  loss: run.loss,
  accuracy: run.accuracy,
  heldOut: run.held_out_accuracy,
  heldOutStep: run.held_out_step,
  heldOutBalanced: run.held_out_balanced_accuracy ?? null,
});

/** Before the step that is shown, or waited for; null: there is none. */
export const before = signal(/** @type {Numbers | null} */ (null));

/** Of the state on the page. */
export const present = computed(() => ({
  step: step.value,
  loss: loss.value,
  accuracy: accuracy.value,
  heldOut: heldOut.value,
  heldOutStep: heldOutStep.value,
  heldOutBalanced: heldOutBalanced.value,
}));

/** What of the step has been computed: its loss, and the weights that it leads to. */
const known = computed(() => ({
  loss: Boolean(replay.value && hasCome(replay.value, "loss")),
  weights: Boolean(replay.value && hasCome(replay.value, "update")),
}));

/** @returns {Numbers} */
const shownNumbers = () => {
  if (!before.value || known.value.weights) return present.value;
  return known.value.loss ? { ...before.value, loss: present.value.loss } : before.value;
};

export const numbers = computed(shownNumbers);

/** Up to which step a curve is drawn; null: to its end. @param {"loss" | "weights"} of what makes its values */
export const curveEnd = (of) =>
  before.value && replay.value?.past == null && !known.value[of] ? before.value.step : null;
