/** Which layers of somebody's network are on the page, and what of them: of the rest nothing is asked for. */
import { computed, effect, signal } from "@preact/signals";
import { layers, observed, watchedWindows } from "../state.js";
import { firstChoice, fittedTo, inView } from "./windows.js";

/** @typedef {import("../../shared/types.js").Layer} Layer */

/** All layers of the run on the page. */
export const all = signal(/** @type {Layer[]} */ ([]));
export const chosen = signal(/** @type {Set<string>} */ (new Set()));
/** The first filter in view, by layer. */
export const firsts = signal(/** @type {Record<string, number>} */ ({}));

/** @param {Layer[]} known of a run that is opened */
export function open(known) {
  all.value = known;
  firsts.value = {};
  chosen.value = new Set(firstChoice(known).map(({ name }) => name));
}

const shown = computed(() =>
  all.value
    .filter(({ name }) => chosen.value.has(name))
    .map((layer) => inView(layer, firsts.value[layer.name] ?? 0)),
);

effect(() => {
  if (!observed.value) return;
  layers.value = shown.value;
  watchedWindows.value = shown.value.flatMap(({ name, window, output_shape }) =>
    window
      ? [
          {
            layer: name,
            first: window.first,
            filters: output_shape[0],
            first_channel: 0,
            channels: window.channels,
          },
        ]
      : [],
  );
});

/** Cuts a frame's sections down to what is in view; those with too little go.
 * @param {import("../../shared/frame.js").Frame["sections"]} sections */
export function fit(sections) {
  for (const [key, section] of sections) {
    const part = fittedTo(
      section,
      layers.peek().find(({ name }) => name === section.layer),
    );
    if (part) sections.set(key, part);
    else sections.delete(key);
  }
}
