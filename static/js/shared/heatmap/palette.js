/** The colours of the theme in force, read from the style sheet so that they are written once. */
import { computed } from "@preact/signals";
import { dark } from "../media-queries.js";
import { divergingTable, greyTable, pack, parseHex } from "./colour.js";

/** @typedef {{diverging: Uint32Array, grey: Uint32Array, line: number, paper: number, absent: number, moved: number}} Palette */

/** @param {string} name of a custom property @returns {string} #rrggbb */
export const cssColour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {boolean} isDark @returns {Palette} */
function readPalette(isDark) {
  const paper = cssColour("--paper");
  return {
    diverging: divergingTable(isDark ? "dark" : "light", paper),
    grey: greyTable(),
    line: pack(...parseHex(cssColour("--grid"))),
    paper: pack(...parseHex(paper)),
    absent: pack(...parseHex(cssColour("--hair"))),
    moved: pack(...parseHex(cssColour("--moved"))),
  };
}

/** The colours in force. */
export const palette = computed(() => readPalette(dark.value));
