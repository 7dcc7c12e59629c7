/** Pictures that are equal, in words and by what they say. Pure. */
import { count, plural } from "../shared/format.js";

/** @typedef {import("../shared/types.js").Arranged["equal"][number]} Group */

/** @param {Group} group @returns {boolean} whether it stands in several classes */
export const inSeveral = ({ labels }) => new Set(labels).size > 1;

/** @param {{equal: Group[], equal_count: number}} arranged */
export function equalSays({ equal, equal_count }) {
  const twice = equal.length === equal_count && equal.every((group) => group.count === 2);
  return `${plural(equal_count, "picture")} ${equal_count === 1 ? "is" : "are"} there twice${twice ? "" : " or more"}`;
}

/** What there is beyond what is told. @param {{equal: Group[], equal_count: number}} arranged */
export const moreSays = ({ equal, equal_count }) =>
  equal_count > equal.length ? `and ${count(equal_count - equal.length)} more` : null;

/** A file's name without its folders. @param {string} path */
export const lastName = (path) => path.slice(path.lastIndexOf("/") + 1);
