/**
 * htm for running text: a line break in the source is a space on the page, as in HTML. htm itself
 * drops it, which glues a word to the number that stands on the next line.
 */
import { html as plain } from "../shared/html.js";

/** The same templates with spaces; htm remembers a template by its array. @type {WeakMap<object, any>} */
const flowing = new WeakMap();

/** @param {TemplateStringsArray} strings */
function flow(strings) {
  const known = flowing.get(strings);
  if (known) return known;
  const made = strings.map((text) => text.replace(/\s*\n\s*/g, " "));
  flowing.set(strings, made);
  return made;
}

/** @param {TemplateStringsArray} strings @param {any[]} values @returns {any} */
export const html = (strings, ...values) => plain(flow(strings), ...values);
