/**
 * On paper everything is as in the light theme. A browser takes its picture of the page as soon as
 * `beforeprint` has been heard, so all that is drawn is drawn again by then.
 */
import { options } from "preact";
import { printing } from "./media-queries.js";

/** Draws what depends on it at once, rather than when there is time.
 * @param {boolean} on @param {() => void} paintNow */
function print(on, paintNow) {
  const usual = options.debounceRendering;
  options.debounceRendering = (render) => render();
  document.documentElement.toggleAttribute("data-printing", on);
  printing.value = on;
  options.debounceRendering = usual;
  paintNow();
}

/** @param {() => void} [paintNow] paints what is no component @returns {() => void} undoes it */
export function bindPrint(paintNow = () => {}) {
  const [before, after] = [() => print(true, paintNow), () => print(false, paintNow)];
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => {
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  };
}
