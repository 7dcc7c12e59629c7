/** The numbers that are looked at most, large: the step, and both accuracies. */
import { count, percent } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { Roving } from "../page/roving.js";
import { Term } from "../page/tip.js";
import { numbers } from "../slow-motion/numbers.js";
import { run } from "../state.js";
import { TERMS } from "../terms.js";
import { isStale } from "./stale.js";

/** When the held-out accuracy was measured, and on how many pictures. */
function Measured() {
  const { heldOut, heldOutBalanced, heldOutStep } = numbers.value;
  if (heldOutStep === null || heldOut === null) return null;
  const of = run.value?.held_out_images;
  const at = `at step ${count(heldOutStep)}`;
  const balanced =
    heldOutBalanced !== null &&
    html` <span><${Term} tip=${TERMS.balanced}>balanced<//> <b data-test="balanced">${percent(heldOutBalanced)}</b></span>`;
  return html`${of ? html`<span>${at},</span> <span>of ${count(of)}</span>` : at}${balanced}`;
}

/** @param {{label: string, tip: string, children?: any, part?: string}} props `part`: what the tour calls it */
const Figure = ({ label, tip, children, part }) =>
  html`<div data-part=${part}><dt><${Term} tip=${tip}>${label}<//></dt><dd>${children}</dd></div>`;

export function Figures() {
  const { step, accuracy, heldOut, heldOutStep } = numbers.value;
  const stale = isStale(heldOutStep ?? step, step);
  return html`<${Roving} as="dl" class="figures" data-tour="stats">
    <${Figure} label="Step" tip=${TERMS.step}><span data-test="step">${count(step)}</span><//>
    <${Figure} label="Training acc." tip=${TERMS.accuracy} part="accuracy">${percent(accuracy)}<//>
    <${Figure} label="Held-out acc." tip=${TERMS.heldOut} part="accuracy">
      <span class=${stale ? "stale" : ""} data-test="held-out">${percent(heldOut)}</span> <small><${Measured} /></small><//>
  <//>`;
}
