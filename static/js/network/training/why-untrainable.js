/** Why a run cannot be trained: what is missing is its data, or scores of classes. */

/** @param {import("../../shared/types.js").Run} run @returns {string | null} null: it can be */
export function whyUntrainable(run) {
  if (run.trainable) return null;
  if (run.problem) return run.problem;
  if (run.absent) return run.absent;
  if (!run.classes.length)
    return "This network has no class output, so there is no loss to train on.";
  return "This run has no data set, so there are no pictures to train on.";
}
