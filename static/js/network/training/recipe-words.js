/** What a recipe is called, in a line. */
import { count } from "../../shared/format.js";
import { OWN_NETWORK } from "./recipe-draft.js";

/**
 * @typedef {import("./recipe-draft.js").Draft} Draft
 * @typedef {import("./recipe-draft.js").Offered} Model
 * @typedef {import("../../shared/types.js").Dataset} Dataset
 */

/** @type {Record<string, string>} */
export const INIT_NAMES = {
  he_uniform: "He, uniform",
  he_normal: "He, normal",
  glorot_uniform: "Glorot, uniform",
  glorot_normal: "Glorot, normal",
  orthogonal: "Orthogonal",
  normal: "Normal",
  uniform: "Uniform",
  zeros: "Zeros (to see why it fails)",
  pretrained: "Pretrained",
  from_run: "From another run",
  from_file: "From a file",
};

/** A draft in one line: network · data · first weights · optimiser · batch · seed · whether classes are drawn evenly · whether pixels are preprocessed.
 * @param {Draft} draft @param {Model[]} models @param {Dataset[]} datasets @returns {string[]} */
export function draftParts(draft, models, datasets) {
  const network = models.find(({ name }) => name === draft.network)?.title ?? draft.network;
  const data = datasets.find(({ id }) => id === draft.dataset)?.title ?? draft.dataset;
  const init = INIT_NAMES[draft.init] ?? draft.init;
  return [
    network === OWN_NETWORK ? "a network of its own" : network,
    data || "no data",
    init,
    draft.optimizer,
    `batch ${count(draft.batch_size)}`,
    `seed ${draft.seed}`,
    ...(draft.balanced ? ["classes drawn evenly"] : []),
    ...(draft.preprocessing === "null" ? [] : ["pixels preprocessed"]),
  ];
}
