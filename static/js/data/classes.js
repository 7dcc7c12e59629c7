/** The classes that a set is to have, changed: each has a name and those that were brought in it. Pure. */

/** @typedef {{name: string, sources: string[]}} Choice */

/** @param {import("../shared/types.js").Arranged} arranged @returns {Choice[]} */
export const choicesOf = ({ classes }) => classes.map(({ name, sources }) => ({ name, sources }));

/** @param {Choice[]} classes @param {number} from @param {number} into goes to its end */
export function merged(classes, from, into) {
  const sources = [...classes[into].sources, ...classes[from].sources];
  return classes
    .map((one, i) => (i === into ? { ...one, sources } : one))
    .filter((_, i) => i !== from);
}

/** Another name; one that another class has makes them one. @param {Choice[]} classes @param {number} at @param {string} name */
export function renamed(classes, at, name) {
  const same = classes.findIndex((one, i) => i !== at && one.name === name);
  if (same >= 0) return merged(classes, at, same);
  return classes.map((one, i) => (i === at ? { ...one, name } : one));
}

/** @param {Choice[]} classes @param {number} at */
export const without = (classes, at) => classes.filter((_, i) => i !== at);

/** What was left out comes back, or a class begins. @param {Choice[]} classes @param {string} name */
export function withClass(classes, name) {
  const same = classes.findIndex((one) => one.name === name);
  if (same < 0) return [...classes, { name, sources: [name] }];
  return classes.map((one, i) => (i === same ? { ...one, sources: [...one.sources, name] } : one));
}

/** "Class 3": the first that is not there. @param {string[]} taken */
export function nextName(taken) {
  for (let number = 1; ; number++) {
    if (!taken.includes(`Class ${number}`)) return `Class ${number}`;
  }
}

/** Those that have a picture, or that somebody named. @param {import("../shared/types.js").Arranged} arranged */
export function withoutEmpty(arranged) {
  const empty = new Set(
    arranged.classes
      .filter(({ name, train, test }) => !(train + test) && /^Class \d+$/.test(name))
      .map(({ name }) => name),
  );
  return choicesOf(arranged).filter(({ name }) => !empty.has(name));
}
