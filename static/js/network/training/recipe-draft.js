/**
 * A run's recipe as the sheet that starts a run shows it.
 *
 * @typedef {import("../../shared/types.js").Run} Run
 * @typedef {import("../../shared/types.js").Model} Model
 * @typedef {Pick<Model, "name" | "title" | "description" | "input" | "recipe" | "pretrained"> & {offered?: boolean}} Offered
 *   a network: a named one, or one that fits a data set
 * @typedef {{network: string, dataset: string, init: string, optimizer: string, batch_size: number, seed: number,
 *   balanced: boolean, preprocessing: string}} Draft `balanced`: batches draw classes evenly; `preprocessing`: as JSON, so
 *   that two are the same where their numbers are
 */

/** What `network` of a draft is where the run's own is not one of the named ones. */
export const OWN_NETWORK = "(its own)";

/** @param {{preprocessing?: object | null}} data */
export const asJson = ({ preprocessing }) => JSON.stringify(preprocessing ?? null);

/** The run's recipe as the sheet shows it. @param {Run} run @returns {Draft} */
export function draftOf(run) {
  const { recipe } = run;
  return {
    network: run.network ?? OWN_NETWORK,
    dataset: recipe.data.dataset ?? "",
    init: recipe.init?.type ?? "he_uniform",
    optimizer: recipe.optimizer?.type ?? "SGD",
    batch_size: recipe.batch_size,
    seed: recipe.seed,
    balanced: recipe.data.balanced ?? false,
    preprocessing: asJson(recipe.data),
  };
}
