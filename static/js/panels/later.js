/** Parts of the page whose code is fetched when they are first opened. */
import { effect, signal } from "@preact/signals";
import { html } from "../html.js";
import { noticeError } from "../notices.js";
import { drawer, history, historyTick, opened, reading, replay, run, tourStep } from "../state.js";
import { loadScript, loadSheet, loadStyle } from "../styles.js";

/**
 * A component that shows nothing until it is wanted for the first time.
 * @param {() => boolean} wanted reads signals @param {() => Promise<any>} load answers the component
 * @param {any} [meanwhile] what stands in its place
 */
function later(wanted, load, meanwhile = null) {
  const part = signal(/** @type {{view: any} | null} */ (null));
  effect(() => {
    if (part.value || !wanted()) return;
    load().then((view) => {
      part.value = { view };
    }, noticeError);
  });
  return () => (part.value ? html`<${part.value.view} />` : meanwhile);
}

export const FilterView = later(
  () => opened.value !== null,
  () =>
    Promise.all([import("./filter.js"), loadStyle("explain"), loadStyle("filter")]).then(
      ([module]) => module.FilterView,
    ),
);

export const Tour = later(
  () => tourStep.value >= 0,
  () => import("./tour.js").then((module) => module.Tour),
);

/** The curves, and the library that draws them: there is nothing to draw before the first step. */
export const Curves = later(
  () => historyTick.value >= 0 && history.points.step.length > 0,
  () =>
    Promise.all([loadScript("vendor/uPlot.iife.min.js"), loadSheet("vendor/uPlot.min")])
      .then(() => import("./curves.js"))
      .then((module) => module.Curves),
  html`<section class="curves" aria-label="Curves"><h2>Loss and accuracy</h2>
    <p class="hint">Their curves begin with the first step.</p></section>`,
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
const explainParts = (name) => styled("explain", import(`./explain/${name}.js`));

export const SlowMotion = later(
  () => replay.value !== null,
  () => styled("slow", import("./slow.js")).then((module) => module.SlowMotion),
);

/** The chip of a run that was changed by hand. */
export const Edited = later(
  () => Boolean(run.value?.interventions?.length),
  () => import("./edited.js").then((module) => module.Edited),
);

export const CodeDrawer = later(
  () => drawer.value !== null,
  () => styled("code", import("./code.js")).then((module) => module.CodeDrawer),
);

/** A part and its own style sheet. @param {string} sheet @param {Promise<any>} part */
const styled = (sheet, part) => Promise.all([part, loadStyle(sheet)]).then(([module]) => module);
