/** The recipes of two runs, and their differences in words. */
import { rate, shape, withRealMinus } from "../shared/format.js";
import { inForce } from "../shared/run-text.js";

/** @typedef {import("../shared/types.js").Run} Run */

/** @type {Record<string, string>} what fields of an optimiser are called */
const OPTIMISER = {
  learning_rate: "learning rate",
  momentum: "momentum",
  weight_decay: "weight decay",
  nesterov: "Nesterov momentum",
  beta1: "β₁",
  beta2: "β₂",
  eps: "ε",
  alpha: "α",
};
const ARROW = " → ";

/** @param {any} value */
function valueText(value) {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return shape(value);
  return typeof value === "number" ? rate(value) : String(value);
}

/** @param {string} what @param {any} a @param {any} b @returns {string[]} none where they agree */
const changed = (what, a, b) =>
  valueText(a) === valueText(b) ? [] : [`${what} ${valueText(a)}${ARROW}${valueText(b)}`];

/** The settings in force, which may have been changed while it trained. @param {Run} run */
function optimiserOf(run) {
  const { recipe, learning_rate, momentum, weight_decay } = run;
  const live = { ...recipe.optimizer, learning_rate, weight_decay };
  return momentum === null ? live : { ...live, momentum };
}

/** @param {Run} a @param {Run} b */
function optimisers(a, b) {
  const [one, other] = [optimiserOf(a), optimiserOf(b)];
  const fields = Object.keys(OPTIMISER).filter((name) => name in one && name in other);
  return [
    ...changed("optimiser", one.type, other.type),
    ...fields.flatMap((name) => changed(OPTIMISER[name], one[name], other[name])),
  ];
}

/** @param {any} init */
function initText({ type, std, bound, run }) {
  const more = { normal: std, uniform: bound, from_run: run }[/** @type {string} */ (type)];
  return more === undefined ? type.replaceAll("_", " ") : `${type.replaceAll("_", " ")} ${more}`;
}

/** @param {any} one @param {any} other networks, spelled out */
function networks(one, other) {
  const lines = changed("input", one.input, other.input);
  if (one.layers.length !== other.layers.length) {
    return [...lines, `${one.layers.length} layers${ARROW}${other.layers.length}`];
  }
  return [
    ...lines,
    ...one.layers.flatMap((/** @type {any} */ layer, /** @type {number} */ i) =>
      layers(layer, other.layers[i], i),
    ),
  ];
}

/** @param {any} one @param {any} other @param {number} index */
function layers(one, other, index) {
  const what = `layer ${index + 1}`;
  if (one.type !== other.type) return [`${what} ${one.type}${ARROW}${other.type}`];
  return Object.keys(one).flatMap((name) =>
    changed(`${what} (${one.type}), ${name.replaceAll("_", " ")}`, one[name], other[name]),
  );
}

/** Names that the recipes give their classes. @param {string[] | undefined} one @param {string[] | undefined} other */
function classNames(one, other) {
  const same = JSON.stringify(one) === JSON.stringify(other);
  return same ? [] : [`class names ${namesText(one)}${ARROW}${namesText(other)}`];
}

/** @param {string[] | undefined} names */
const namesText = (names) =>
  names ? names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "") : "not given";

/** @param {Run} a @param {Run} b @param {"silenced" | "frozen"} kind */
function onlyInOne(a, b, kind) {
  const list = (/** @type {Run} */ run) =>
    run[kind].map(({ layer, filter }) => `${layer}, filter ${filter}`);
  const only = (/** @type {Run} */ run, /** @type {Run} */ other, /** @type {string} */ who) =>
    list(run)
      .filter((name) => !list(other).includes(name))
      .map((name) => `${name} is ${kind} in ${who} only`);
  return [...only(a, b, "A"), ...only(b, a, "B")];
}

/** What was done to one run and not to the other, and still holds. @param {Run} run @param {Run} other */
function changesOnlyIn(run, other) {
  const same = new Set(other.interventions.map(({ step, says }) => `${step} ${says}`));
  return inForce(run.interventions).filter(({ step, says }) => !same.has(`${step} ${says}`));
}

/** What the silenced and the frozen filters say already. */
const SWITCHED = /: (silenced|frozen|heard again|free to learn again)$/;

/** Weights that were set or filled in one of the two. @param {Run} a @param {Run} b */
function editedInOne(a, b) {
  const only = (/** @type {Run} */ run, /** @type {Run} */ other, /** @type {string} */ who) =>
    changesOnlyIn(run, other)
      .filter(({ says }) => !SWITCHED.test(says))
      .map(({ step, says }) => `${withRealMinus(says)} (in ${who} only, at step ${step})`);
  return [...only(a, b, "A"), ...only(b, a, "B")];
}

/** Up to where two runs with a common past are the same, in words: a change by hand may end that
 * before they part. @param {Run} a @param {Run} b @param {number} fork the last step in common */
export function commonPast(a, b, fork) {
  const shared = Math.min(fork, a.steps, b.steps);
  const first = (/** @type {Run} */ run, /** @type {Run} */ other) =>
    Math.min(...changesOnlyIn(run, other).map(({ step }) => step));
  const [one, other] = [first(a, b), first(b, a)];
  const at = Math.min(one, other);
  if (at > shared) return `They are identical up to step ${shared}.`;
  const who = one === other ? "both were" : `${one < other ? "A" : "B"} was`;
  const before = at > 0 ? `They are identical up to step ${at - 1}: ` : "";
  return `${before}${before ? "at" : "At"} step ${at} ${who} changed by hand.`;
}

/** Everything in which A and B differ, each as "what A → B". @param {Run} a @param {Run} b @returns {string[]} */
export function differences(a, b) {
  const [one, other] = [a.recipe, b.recipe];
  return [
    ...changed("network", a.network ?? "its own", b.network ?? "its own"),
    ...networks(one.network, other.network),
    ...changed("data", one.data.dataset ?? "none", other.data.dataset ?? "none"),
    ...classNames(one.data.classes, other.data.classes),
    ...changed("first weights", initText(one.init), initText(other.init)),
    ...optimisers(a, b),
    ...changed("batch size", one.batch_size, other.batch_size),
    ...changed("seed", one.seed, other.seed),
    ...onlyInOne(a, b, "silenced"),
    ...onlyInOne(a, b, "frozen"),
    ...editedInOne(a, b),
  ];
}
