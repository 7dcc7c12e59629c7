/** Values made from one value, or from a small window of one map. */

import { html } from "../../../shared/html.js";
import { scales } from "../../drawing/painter.js";
import { decimalsFor, exact, inDecimals, sizeOf } from "../digits.js";
import { columnOf, opener, sourceName } from "../names.js";
import { FORMULAS, normalisationWith } from "./formulas.js";
import { Grid } from "./grid.js";
import { SumCheck } from "./ledger.js";
import { activationWords, sameWords, winnerWords } from "./words.js";

/** @param {{answer: any}} props */
export function Pool({ answer }) {
  const column = columnOf(answer.layer);
  if (!column) return null;
  const { rows, columns, patch, winner } = answer;
  const open = opener(column, answer.channel);
  const limit =
    scales.limit("maps", "value", column.source?.name ?? "", answer.channel) || sizeOf(patch);
  const marked = winner ? [rows.indexOf(winner.row), columns.indexOf(winner.column)] : null;
  const outside = (/** @type {number} */ r, /** @type {number} */ c) =>
    rows[r] === null || columns[c] === null;
  const says = winner
    ? winnerWords(winner, patch)
    : html`All ${answer.count} are added up and divided by ${answer.count}.`;
  return html`<div class="product alone">
    <${Grid} values=${patch} label="window" caption=${`window of ${sourceName(column, answer.channel)}`} limit=${limit} marked=${marked} outside=${outside}
      onCell=${open && ((/** @type {number} */ r, /** @type {number} */ c) => open(rows[r], columns[c]))} />
    <p>${says}</p></div><${SumCheck} about=${answer} verb="comes to" />`;
}

/** An activation: what came in, what goes out. @param {{answer: any}} props */
export function Activation({ answer }) {
  const decimals = decimalsFor(sizeOf([answer.input, answer.total]));
  return html`<p>${activationWords(answer)}</p>
    <div class="through"><${Input} answer=${answer} decimals=${decimals} /><span class="arrow" aria-hidden="true">→</span>
      <span><small>out</small><b>${inDecimals(answer.total, decimals)}</b></span></div>
    ${FORMULAS[/** @type {"relu"} */ (answer.kind)]}<${SumCheck} about=${answer} verb="comes to" />`;
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
    ["γ", "scale", answer.affine === false ? "no scale is learned" : "learned scale"],
    ["β", "shift", answer.affine === false ? "no shift is learned" : "learned shift"],
  ];
  return html`${FORMULAS.batch_norm}${normalisationWith(v)}
    <table class="symbols"><tbody>${names.map(([sign, key, says]) => html`<tr key=${key}><th scope="row"><i>${sign}</i></th><td class="digits">${v[key]}</td><td>${says}</td></tr>`)}</tbody></table>
    <${SumCheck} about=${answer} verb="comes to" />`;
}

/** @param {{answer: any}} props */
export function Same({ answer }) {
  const from = sameWords(answer, columnOf(answer.layer)?.layer?.arguments.p);
  return html`<p>${from}</p><${SumCheck} about=${answer} verb="comes to" />`;
}

/** @param {{answer: any}} props */
export function Pixel({ answer }) {
  return html`<p class="big-figure"><b data-test="value">${exact(answer.value)}</b></p>
    <p>The ${answer.colour} of this pixel: level ${answer.level} of 255, ${
      answer.arithmetic
        ? html`as the recipe's preprocessing has it: <span data-test="arithmetic">pixel ${answer.level} ${answer.arithmetic}</span>.`
        : "divided by 255."
    } It is not computed: it is the picture itself.</p>`;
}
