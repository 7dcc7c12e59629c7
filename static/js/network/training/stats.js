/** The numbers of the run, in figures of one width. */
import { count, loss as lossText, percent } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { Term } from "../page/tip.js";
import { accuracy, heldOut, heldOutStep, loss, run, speed, step } from "../state.js";
import { TERMS } from "../terms.js";
import { WholeHalf } from "./whole-half.js";

/** @param {{label: string, tip: string, children?: any, wide?: boolean, part?: string}} props `part`: what the tour calls it */
const Stat = ({ label, tip, children, wide, part }) =>
  html`<div class=${wide ? "stat wide" : "stat"} data-part=${part}><dt><${Term} tip=${tip}>${label}<//></dt><dd>${children}</dd></div>`;

export function Stats() {
  const of = run.value?.held_out_images;
  const measured =
    heldOutStep.value === null || heldOut.value === null
      ? ""
      : `at step ${count(heldOutStep.value)}${of ? `, of ${count(of)}` : ""}`;
  return html`<dl class="stats" data-tour="stats">
    <${Stat} label="Step" tip=${TERMS.step}><span data-test="step">${count(step.value)}</span><//>
    <${Stat} label="Images/s" tip=${TERMS.speed}>${count(speed.value)}<//>
    <${Stat} label="Loss" tip=${TERMS.loss} part="loss">${lossText(loss.value)}<//>
    <${Stat} label="Training acc." tip=${TERMS.accuracy} part="accuracy">${percent(accuracy.value)}<//>
    <${Stat} label="Held-out acc." tip=${TERMS.heldOut} part="accuracy" wide>
      <span data-test="held-out">${percent(heldOut.value)}</span> <small>${measured}</small><//>
  </dl><${WholeHalf} />`;
}
