/**
 * The arithmetic of the sheet that starts a run: what a draft differs in, and the recipe that it asks for.
 *
 * @typedef {import("./recipe-draft.js").Draft} Draft
 * @typedef {import("./recipe-draft.js").Offered} Offered
 * @typedef {import("../../shared/types.js").Run} Run
 * @typedef {import("../../shared/types.js").Model} Model
 */
import { asJson, OWN_NETWORK } from "./recipe-draft.js";

/** The network of the recipe that fits a data set. @param {import("../../shared/types.js").Dataset} set @param {any} recipe
 * @returns {Offered} */
export const offerOf = (set, recipe) => ({
  name: `(fits ${set.id})`,
  title: `A network that fits ${set.title}`,
  description: "Convolutions until the maps are small, then a number for each class.",
  input: /** @type {[number, number, number]} */ (set.shape),
  recipe,
  pretrained: null,
  offered: true,
});

/** Another network brings its own data set, initialisation and optimiser.
 * @param {Draft} draft @param {Offered} model @returns {Draft} */
export function withModel(draft, model) {
  const { recipe } = model;
  return {
    ...draft,
    network: model.name,
    dataset: recipe.data.dataset ?? "",
    init: recipe.init?.type ?? "he_uniform",
    optimizer: recipe.optimizer?.type ?? "SGD",
    batch_size: recipe.batch_size ?? 32,
    preprocessing: asJson(recipe.data),
  };
}

/** The names of what differs. @param {Draft} draft @param {Draft} now @returns {string[]} */
export const changedFields = (draft, now) =>
  Object.keys(now).filter(
    (key) => draft[/** @type {keyof Draft} */ (key)] !== now[/** @type {keyof Draft} */ (key)],
  );

/**
 * The body of `POST /runs`. A kept optimiser keeps its settings, those changed while training too.
 * @param {Draft} draft @param {Run} run @param {Offered | undefined} model the draft's network
 */
export function recipeOf(draft, run, model) {
  const same = draft.network === (run.network ?? OWN_NETWORK);
  const settings = same ? liveOptimizer(run) : (model?.recipe.optimizer ?? {});
  const kept = settings.type === draft.optimizer;
  const dataset = draft.dataset || null;
  const init =
    same && run.recipe.init?.type === draft.init ? run.recipe.init : { type: draft.init };
  return {
    network: same ? (run.network ?? run.recipe.network) : networkOf(draft, model),
    data: {
      ...keptData(run, same, dataset),
      ...preprocessed(draft, same ? run.recipe.data : model?.recipe.data),
      ...(draft.balanced && { balanced: true }),
    },
    init,
    optimizer: kept ? settings : { type: draft.optimizer },
    batch_size: draft.batch_size,
    seed: draft.seed,
  };
}

/** By its name, or whole where it has none. @param {Draft} draft @param {Offered | undefined} model */
const networkOf = (draft, model) => (model?.offered ? model.recipe.network : draft.network);

/** How the data was described, as far as it is the same data.
 * @param {Run} run @param {boolean} same its network @param {string | null} dataset */
function keptData(run, same, dataset) {
  const { balanced: _, preprocessing: __, ...data } = run.recipe.data;
  return same && dataset === data.dataset ? data : { dataset };
}

/** What the network comes with goes on where nothing is said: null takes it away.
 * @param {Draft} draft @param {{preprocessing?: object | null} | undefined} brought with the network */
function preprocessed(draft, brought) {
  const preprocessing = JSON.parse(draft.preprocessing);
  return preprocessing || brought?.preprocessing ? { preprocessing } : {};
}

/** What a run may go on with another of, since its weights still fit. */
const FORKABLE = ["optimizer", "batch_size", "seed"];

/**
 * The part of a recipe that a fork changes; null: this draft needs a run of its own.
 * @param {Draft} draft @param {string[]} differs
 */
export function forkRecipe(draft, differs) {
  if (!differs.length || !differs.every((name) => FORKABLE.includes(name))) return null;
  const { optimizer, batch_size, seed } = draft;
  const parts = { optimizer: { type: optimizer }, batch_size, seed };
  return Object.fromEntries(Object.entries(parts).filter(([name]) => differs.includes(name)));
}

/** @param {Run} run */
function liveOptimizer(run) {
  const settings = { ...run.recipe.optimizer, learning_rate: run.learning_rate };
  return run.momentum === null ? settings : { ...settings, momentum: run.momentum };
}
