/** Softmax: scores become shares. First as a picture, then with all of its numbers. */
import { percent, withMinus } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { hoveredCell, pinned, run } from "../../state.js";
import { decimalsFor, exact, inDecimals, sizeOf } from "../digits.js";
import { pinAt } from "../pointing.js";
import { FORMULAS, softmaxWith } from "./formulas.js";
import { SumCheck } from "./ledger.js";

/** @typedef {{index: number, score: number, exponential: number}} Term `exponential`: e^(score − the largest score) */

/** @param {number} index */
const className = (index) => run.value?.classes[index] ?? `output ${index}`;

/** A positive number in three figures; e to a score may be anything. @param {number} value */
const inThree = (value) => {
  const text = value >= 1000 && value < 1e6 ? value.toFixed(0) : value.toPrecision(3);
  return withMinus(text.replace("e+", "e"));
};

/** One class: its score, e to it as a bar, its share; pointed at, it is outlined among the answers.
 * @param {{term: Term, answer: any, layer: string}} props */
function Row({ term, answer, layer }) {
  const { index, score, exponential } = term;
  const own = index === answer.channel;
  const share = exponential / answer.sum;
  const point = () => {
    hoveredCell.value = { layer, channel: index };
  };
  const leave = () => {
    hoveredCell.value = null;
  };
  const pin = () => pinned.value && pinAt({ layer, channel: index, y: 0, x: 0 });
  return html`<button type="button" class=${`soft-row ${own ? "own" : ""}`} aria-current=${own ? "true" : undefined}
    onPointerEnter=${point} onPointerLeave=${leave} onFocus=${point} onBlur=${leave} onClick=${pin}>
    <span class="soft-name">${className(index)}</span><span>${withMinus(score.toFixed(2))}</span>
    <span class="soft-bar"><i style=${{ width: `${100 * exponential}%` }}></i></span><span>${inThree(Math.exp(score))}</span><b>${percent(share)}</b></button>`;
}

/** All shares side by side: together they are everything. @param {{answer: any}} props */
function Shares({ answer }) {
  const parts = answer.terms.map((/** @type {Term} */ { index, exponential }) => {
    const width = `${(100 * exponential) / answer.sum}%`;
    return html`<i key=${index} class=${index === answer.channel ? "own" : ""} style=${{ width }}></i>`;
  });
  return html`<div class="soft-whole" aria-hidden="true">${parts}</div>`;
}

/** Bars of e to each score, their sum, and the share. @param {{answer: any, layer: string}} props `layer`: the scores' own */
export function SoftmaxPicture({ answer, layer }) {
  const own = answer.terms.find((/** @type {Term} */ term) => term.index === answer.channel);
  const largest = Math.max(...answer.terms.map((/** @type {Term} */ term) => term.score));
  const sum = inThree(Math.exp(largest) * answer.sum);
  return html`<section class="soft-picture" aria-label="Softmax, as a picture">
    <div class="soft-row soft-head"><span>class</span><span>score</span><span></span><span>e<sup>score</sup></span><span>share</span></div>
    ${answer.terms.map((/** @type {Term} */ term) => html`<${Row} key=${term.index} term=${term} answer=${answer} layer=${layer} />`)}
    <${Shares} answer=${answer} />
    <p>All bars together are ${sum}; that of ${className(answer.channel)} is ${inThree(Math.exp(own.score))} of it: <b>${percent(answer.value)}</b>.</p></section>`;
}

/** @param {{answer: any}} props */
export function Softmax({ answer }) {
  const decimals = decimalsFor(1);
  const own = answer.terms.find((/** @type {any} */ t) => t.index === answer.channel);
  const scores = decimalsFor(sizeOf(answer.terms.map((/** @type {any} */ t) => t.score)));
  return html`${FORMULAS.softmax}
    <table class="terms softmax"><thead><tr><th scope="col">class</th><th scope="col">score z</th><th scope="col">e<sup>z − max</sup></th><th scope="col">share</th></tr></thead>
    <tbody>${answer.terms.map(
      (
        /** @type {any} */ term,
      ) => html`<tr key=${term.index} class=${term.index === answer.channel ? "own" : ""}>
        <th scope="row">${className(term.index)}</th>
        <td>${inDecimals(term.score, scores)}</td><td>${inDecimals(term.exponential, decimals)}</td><td>${percent(term.exponential / answer.sum)}</td></tr>`,
    )}</tbody><tfoot><tr><th scope="row">together</th><td></td><td>${inDecimals(answer.sum, decimals)}</td><td>100.0%</td></tr></tfoot></table>
    ${softmaxWith(inDecimals(own.exponential, decimals), inDecimals(answer.sum, decimals), exact(answer.total))}
    <${SumCheck} about=${answer} />`;
}
