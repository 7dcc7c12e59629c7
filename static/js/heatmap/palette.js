/** The colours of the theme in force, read from the style sheet so that they are written once. */
import { divergingTable, greyTable, pack, parseHex } from "../colour.js";

/** @typedef {{diverging: Uint32Array, grey: Uint32Array, line: number, paper: number, absent: number}} Palette */

/** @param {string} name of a custom property with a #rrggbb value */
const property = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {boolean} dark @returns {Palette} */
export function readPalette(dark) {
  const paper = property("--paper");
  return {
    diverging: divergingTable(dark ? "dark" : "light", paper),
    grey: greyTable(),
    line: pack(...parseHex(property("--grid"))),
    paper: pack(...parseHex(paper)),
    absent: pack(...parseHex(property("--hair"))),
  };
}
