/** What a new run can be made of: each option with its name and a sentence. */
import { count, shape as shapeText } from "../../shared/format.js";
import { OWN_NETWORK } from "./recipe-draft.js";
import { INIT_NAMES } from "./recipe-words.js";

/**
 * @typedef {import("./recipe-draft.js").Draft} Draft
 * @typedef {import("../../shared/types.js").Run} Run
 * @typedef {import("./recipe-draft.js").Offered} Model
 * @typedef {import("../../shared/types.js").Dataset} Dataset
 * @typedef {{value: string, text: string, says: string, disabled?: boolean}} Option
 */

/** What is said of first weights. @type {Record<string, string>} */
const INITS = {
  he_uniform:
    "Drawn evenly between two limits that keep the spread of the values alike from layer to layer where ReLUs follow.",
  he_normal:
    "Drawn from a bell curve whose width keeps the spread of the values alike from layer to layer where ReLUs follow.",
  glorot_uniform:
    "Drawn evenly between two limits that balance values going forward with gradients going back; made for layers without ReLUs.",
  glorot_normal:
    "Drawn from a bell curve that balances values going forward with gradients going back; made for layers without ReLUs.",
  orthogonal: "Filters that have nothing in common with each other to begin with.",
  normal: "Drawn from one bell curve, equally wide in every layer.",
  uniform: "Drawn evenly between two limits, the same in every layer.",
  zeros:
    "Every weight begins at 0, so all filters of a layer get the same gradient and none becomes different.",
};

/** Those that only some runs can have. @type {Record<string, string>} */
const TRAINED = {
  pretrained: "The trained weights that come with this network.",
  from_run: "The weights of another run, where its layers fit.",
  from_file: "The weights of a file, where its layers fit.",
};

/** @type {Record<string, [string, string]>} */
const OPTIMIZERS = {
  SGD: [
    "SGD with momentum",
    "Steps straight against the gradient, and carries a part of the last step along.",
  ],
  Adam: [
    "Adam",
    "Gives each weight a step of its own, from the mean and the size of its recent gradients.",
  ],
  AdamW: ["AdamW", "Adam, and every weight shrinks a little towards 0 at each step."],
  RMSprop: ["RMSprop", "Divides each weight's gradient by how large it has lately been."],
};

export const BATCH_SAYS =
  "How many training pictures one step looks at. More of them make a steadier gradient and a slower step.";
export const BALANCED_SAYS =
  "Every batch has each class as often as any other, so that a class with few pictures is learned too; its pictures come again sooner. Held-out pictures stay as they are.";
export const SEED_SAYS =
  "Decides every random draw: the first weights and the order of the pictures. The same recipe and seed give the same run.";

/** @param {[string, [string, string]][]} entries @returns {Option[]} */
const asOptions = (entries) => entries.map(([value, [text, says]]) => ({ value, text, says }));

export const optimizerOptions = () => asOptions(Object.entries(OPTIMIZERS));

/** The run's own network is offered too, where it is none of the named ones.
 * @param {Model[]} models @param {Run} run @returns {Option[]} */
export function networkOptions(models, run) {
  const named = models.map((model) => ({
    value: model.name,
    text: model.title,
    says: model.description,
  }));
  const now = run.network ?? OWN_NETWORK;
  if (named.some((option) => option.value === now)) return named;
  const text = now === OWN_NETWORK ? "This run's own network" : now;
  return [{ value: now, text, says: "The layers of the run on the page, made anew." }, ...named];
}

/** @param {Dataset} set */
const datasetSays = ({ train, test, shape: [channels, ...size], classes }) =>
  `${count(train)} pictures to learn from and ${count(test)} held out, ${channels === 3 ? "in colour" : "grey"}, ${shapeText(size)} pixels, in ${count(classes.length)} classes.`;

/** Whether a network of this input can be shown a data set. @param {Dataset} set @param {number[]} input */
export const fits = (set, input) => shapeText(set.shape) === shapeText(input);

/** Data sets that are not here say so; those that do not fit the network bring another.
 * @param {Dataset[]} datasets @param {Draft} draft @param {Model | undefined} model @param {Run} run @returns {Option[]} */
export function datasetOptions(datasets, draft, model, run) {
  const input = model?.input ?? run.recipe.network?.input ?? [];
  const options = datasets.map((set) => {
    const brings = fits(set, input) ? "" : ` (${shapeText(set.shape)}: brings its own network)`;
    const why = set.available ? brings : " (not on this machine)";
    const says = set.available ? datasetSays(set) : (set.why ?? "");
    return { value: set.id, text: set.title + why, says, disabled: !set.available };
  });
  const none = {
    value: "",
    text: "None",
    says: "Without data the network can be looked at, but not trained.",
  };
  return draft.dataset ? options : [none, ...options];
}

/** @param {Draft} draft @param {Model | undefined} model @param {Run} run @returns {Option[]} */
export function initOptions(draft, model, run) {
  const own = draft.network === (run.network ?? OWN_NETWORK) ? run.recipe.init?.type : "";
  const offered = [draft.init, own, model?.pretrained ? "pretrained" : ""];
  const trained = Object.entries(TRAINED).filter(([value]) => offered.includes(value));
  return [...Object.entries(INITS), ...trained].map(([value, says]) => ({
    value,
    text: INIT_NAMES[value],
    says,
  }));
}
