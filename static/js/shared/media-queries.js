/** Media queries as signals: dark theme, reduced motion, print, a small window. */
import { computed, signal } from "@preact/signals";

/** @param {string} query */
function media(query) {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener("change", () => {
    matches.value = list.matches;
  });
  return matches;
}

const darkLiked = media("(prefers-color-scheme: dark)");
export const printing = media("print"); // paper is light
export const dark = computed(() => darkLiked.value && !printing.value);
export const reducedMotion = media("(prefers-reduced-motion: reduce)"); // no motion but data
/** A page that scrolls in a window too low for the network: a phone on its side, a large zoom. */
export const small = media("(max-width: 900px) and (max-height: 700px)");
/** A phone or a tablet: what is used less is folded away, so that the network is seen. */
export const folds = media("(max-width: 900px)");
