/** What stands above a column, as far as there is room for it up to the next one. Pure arithmetic on letters. */
import { plural } from "../../shared/format.js";

/** @typedef {import("./columns.js").Column} Column */

const LETTER_PX = 6.7; // of a caption, at the usual size of letters: of a wide font
const NAME_PX = 8.2; // of a name

/** @param {string} text @param {number} room CSS pixels @param {number} type size of the letters */
const fits = (text, room, type) => text.length * LETTER_PX * type <= room;

/** What a layer makes of how much, in a few ways: the first is the fullest. @param {Column} column @returns {string[][]} */
function wordings({ layer, role, shape, kernel, kernels }) {
  const [channels, rows, cols] = shape;
  const size = `${rows}×${cols}`;
  const inView = layer?.window ? `${channels} of ` : "";
  if (role === "input") return [[plural(channels, "channel"), size], [size]];
  if (role === "conv") {
    const weights = plural(
      (layer?.window?.read ?? kernels) * (kernel?.[0] ?? 1) * (kernel?.[1] ?? 1),
      "weight",
    );
    const filters = `${inView}${plural(layer?.window?.of ?? channels, "filter")}`;
    const maps = `→ ${plural(layer?.window?.of ?? channels, "map")}`;
    return [
      [`${filters} of ${weights}`, `${maps}, ${size}`],
      [filters, `of ${weights}`, maps],
    ];
  }
  if (role === "maps") return [[`${inView}${plural(layer?.window?.of ?? channels, "map")}`, size]];
  const of = layer?.weight_shape ? ` of ${plural(layer.weight_shape[1], "weight")}` : "";
  return [[`${plural(cols, "output")}${of}`], [plural(cols, "output")]];
}

/**
 * Its lines: the fullest wording that fits, else what fits of the shortest.
 * @param {Column} column @param {number} type size of the letters @returns {string[]}
 */
export function captionOf(column, type) {
  const ways = wordings(column);
  const whole = ways.find((lines) => lines.every((line) => fits(line, column.span, type)));
  return whole ?? ways[ways.length - 1].filter((line) => fits(line, column.span, type));
}

/** Whether a layer's kind fits beside its name. @param {Column} column @param {string} kind @param {number} type */
export const fitsBeside = ({ name, span }, kind, type) =>
  (name.length + 1) * NAME_PX * type + kind.length * LETTER_PX * type <= span;
