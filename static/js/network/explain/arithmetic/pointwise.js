/** Values made from one value, or from a small window of one map. */

import { html } from "../../../shared/html.js";
import { decimalsFor, exact, inDecimals, sizeOf } from "../digits.js";
import { columnOf, opener, sourceName } from "../names.js";
import { FORMULAS, normalisationWith } from "./formulas.js";
import { Grid } from "./grid.js";
import { SumCheck } from "./ledger.js";

/** @param {{answer: any}} props */
export function Pool({ answer }) {
  const column = columnOf(answer.layer);
  if (!column) return null;
  const { rows, columns, patch, winner } = answer;
  const open = opener(column, answer.channel);
  const marked = winner ? [rows.indexOf(winner.row), columns.indexOf(winner.column)] : null;
  const outside = (/** @type {number} */ r, /** @type {number} */ c) =>
    rows[r] === null || columns[c] === null;
  const says = winner
    ? html`The largest of them wins: row ${winner.row}, column ${winner.column}. The others are discarded.`
    : html`All ${answer.count} are added up and divided by ${answer.count}.`;
  return html`<div class="product alone">
    <${Grid} values=${patch} label="window" caption=${`window of ${sourceName(column, answer.channel)}`} marked=${marked} outside=${outside}
      onCell=${open && ((/** @type {number} */ r, /** @type {number} */ c) => open(rows[r], columns[c]))} />
    <p>${says}</p></div><${SumCheck} about=${answer} />`;
}

/** @param {{answer: any}} props */
const clampWords = ({ answer }) =>
  answer.input > 0 ? "It is positive, so it passes." : "It is not positive, so it becomes zero.";

/** @type {Record<string, (answer: any) => string>} */
const WORDS = {
  relu: (answer) => clampWords({ answer }),
  leaky_relu: (answer) =>
    answer.input >= 0 ? "It is not negative, so it passes." : "It is negative, so it is shrunk.",
  tanh: () => "Squeezed between −1 and 1.",
  sigmoid: () => "Squeezed between 0 and 1.",
};

/** An activation: what came in, what goes out. @param {{answer: any}} props */
export function Activation({ answer }) {
  const decimals = decimalsFor(sizeOf([answer.input, answer.total]));
  return html`${FORMULAS[/** @type {"relu"} */ (answer.kind)]}
    <div class="through"><${Input} answer=${answer} decimals=${decimals} /><span class="arrow" aria-hidden="true">→</span>
      <span><small>out</small><b>${inDecimals(answer.total, decimals)}</b></span></div>
    <p>${WORDS[answer.kind](answer)}</p><${SumCheck} about=${answer} />`;
}

/** The value that came in; pressed, it opens too. @param {{answer: any, decimals: number | null}} props */
function Input({ answer, decimals }) {
  const column = columnOf(answer.layer);
  const open = column && opener(column, answer.channel);
  const text = inDecimals(answer.input, decimals);
  return html`<span><small>in: ${column && sourceName(column, answer.channel)}</small>${
    open
      ? html`<button type="button" class="open" onClick=${() => open(answer.y, answer.x)}><b>${text}</b></button>`
      : html`<b>${text}</b>`
  }</span>`;
}

/** @param {{answer: any}} props */
export function Norm({ answer }) {
  const v = Object.fromEntries(
    ["input", "mean", "variance", "eps", "scale", "shift", "total"].map((key) => [
      key,
      exact(answer[key]),
    ]),
  );
  const names = [
    ["x", "input", "the value before"],
    ["μ", "mean", "running mean of this map"],
    ["σ²", "variance", "running variance of this map"],
    ["ε", "eps", "so that nothing is divided by 0"],
    ["γ", "scale", "learned scale"],
    ["β", "shift", "learned shift"],
  ];
  return html`${FORMULAS.batch_norm}${normalisationWith(v)}
    <table class="symbols"><tbody>${names.map(([sign, key, says]) => html`<tr key=${key}><th scope="row"><i>${sign}</i></th><td class="digits">${v[key]}</td><td>${says}</td></tr>`)}</tbody></table>
    <${SumCheck} about=${answer} />`;
}

/** @param {{answer: any}} props */
export function Same({ answer }) {
  const from = answer.source
    ? `The same number as map ${answer.source[0]}, row ${answer.source[1]}, column ${answer.source[2]}: only its place changed.`
    : "The same number as before it: dropout only acts in training.";
  return html`<p>${from}</p><${SumCheck} about=${answer} />`;
}

/** @param {{answer: any}} props */
export function Pixel({ answer }) {
  return html`<p class="big-figure"><b data-test="value">${exact(answer.value)}</b></p>
    <p>The ${answer.colour} of this pixel: level ${answer.level} of 255, divided by 255. It is not computed: it is the picture itself.</p>`;
}
