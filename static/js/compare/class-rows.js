/** The rows of two runs' class scores: which can be laid side by side, and what they are called. */

/** @typedef {import("../shared/types.js").Run} Run */

/** Why the scores of two runs cannot be laid side by side, or null. @param {Run} a @param {Run} b */
export function whyNotTogether(a, b) {
  const without = [...(a.classes.length ? [] : ["A"]), ...(b.classes.length ? [] : ["B"])];
  if (without.length) {
    return `${without.join(" and ")} ${without.length > 1 ? "have" : "has"} no class output.`;
  }
  const [one, other] = [a.recipe.data.dataset, b.recipe.data.dataset];
  if (one !== other) {
    return `${learntFrom("A", one)} and ${learntFrom("B", other)}: no picture fits both.`;
  }
  if (a.classes.length !== b.classes.length) {
    return `A gives ${a.classes.length} class scores and B ${b.classes.length}.`;
  }
  return null;
}

/** @param {string} letter @param {string | null} dataset */
const learntFrom = (letter, dataset) =>
  dataset ? `${letter} was trained on ${dataset}` : `${letter} has no data set`;

/** What each class is called, in both where they differ. @param {string[]} one @param {string[]} other */
export const classRows = (one, other) =>
  one.map((name, index) => (name === other[index] ? name : `${name} / ${other[index]}`));
