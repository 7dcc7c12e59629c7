/** The other numbers of the run, in figures of one width. */
import { count, loss as lossText } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { Term } from "../page/tip.js";
import { numbers } from "../slow-motion/numbers.js";
import { speed } from "../state.js";
import { TERMS } from "../terms.js";
import { WholeHalf } from "./whole-half.js";

/** @param {{label: string, tip: string, children?: any, part?: string}} props `part`: what the tour calls it */
const Stat = ({ label, tip, children, part }) =>
  html`<div class="stat" data-part=${part}><dt><${Term} tip=${tip}>${label}<//></dt><dd>${children}</dd></div>`;

export function Stats() {
  return html`<dl class="stats">
    <${Stat} label="Loss" tip=${TERMS.loss} part="loss">${lossText(numbers.value.loss)}<//>
    <${Stat} label="Images/s" tip=${TERMS.speed}>${count(speed.value)}<//>
  </dl><${WholeHalf} />`;
}
