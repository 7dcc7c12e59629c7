/** Brings what is spoken of into the part of the window that the rail leaves free. */
import { reducedMotion } from "../../shared/media-queries.js";

const narrow = matchMedia("(max-width: 900px)"); // where the rail is a sheet at the bottom

const PATIENCE_MS = 2000;

/** @param {string} selector of one part or more @param {ScrollLogicalPosition} [onNarrow] where to, in a narrow window */
export function bringIntoView(selector, onNarrow = "start") {
  document.querySelector(selector)?.scrollIntoView({
    block: narrow.matches ? onNarrow : "nearest",
    inline: "nearest",
    behavior: reducedMotion.peek() ? "auto" : "smooth",
  });
}

/** The same for what is not there before its code has come. @param {string} selector @param {number} [until] */
export function bringWhenThere(selector, until = performance.now() + PATIENCE_MS) {
  if (document.querySelector(selector)) bringIntoView(selector, "center");
  else if (performance.now() < until) requestAnimationFrame(() => bringWhenThere(selector, until));
}
