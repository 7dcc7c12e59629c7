/** The other numbers of the run, in figures of one width. */
import { count, loss as lossText } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { Term } from "../page/tip.js";
import { loss, speed } from "../state.js";
import { TERMS } from "../terms.js";
import { WholeHalf } from "./whole-half.js";

/** @param {{label: string, tip: string, children?: any}} props */
const Stat = ({ label, tip, children }) =>
  html`<div class="stat"><dt><${Term} tip=${tip}>${label}<//></dt><dd>${children}</dd></div>`;

export function Stats() {
  return html`<dl class="stats">
    <${Stat} label="Loss" tip=${TERMS.loss}>${lossText(loss.value)}<//>
    <${Stat} label="Images/s" tip=${TERMS.speed}>${count(speed.value)}<//>
  </dl><${WholeHalf} />`;
}
