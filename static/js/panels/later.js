/** Parts of the page whose code is fetched when they are first opened. */
import { effect, signal } from "@preact/signals";
import { html } from "../html.js";
import { noticeError } from "../notices.js";
import { opened, reading, tourStep } from "../state.js";
import { loadStyle } from "../styles.js";

/**
 * A component that shows nothing until it is wanted for the first time.
 * @param {() => boolean} wanted reads signals @param {() => Promise<any>} load answers the component
 */
function later(wanted, load) {
  const part = signal(/** @type {{view: any} | null} */ (null));
  effect(() => {
    if (part.value || !wanted()) return;
    load().then((view) => {
      part.value = { view };
    }, noticeError);
  });
  return () => part.value && html`<${part.value.view} />`;
}

export const FilterView = later(
  () => opened.value !== null,
  () => import("./filter.js").then((module) => module.FilterView),
);

export const Tour = later(
  () => tourStep.value >= 0,
  () => import("./tour.js").then((module) => module.Tour),
);

/** The card beside an open number. */
export const ExplainCard = later(
  () => reading.value !== null,
  () => explainParts("card").then((module) => module.ExplainCard),
);

/** What it was made from, outlined on the maps. */
export const Outline = later(
  () => reading.value !== null,
  () => explainParts("outline").then((module) => module.Outline),
);

/** @param {string} name */
const explainParts = (name) =>
  Promise.all([import(`./explain/${name}.js`), loadStyle("explain")]).then(([module]) => module);
