/** One value of a map as arithmetic, whatever kind of layer made it. */

import { count, percent } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { cellName } from "../../drawing/names.js";
import { run } from "../../state.js";
import { exact } from "../digits.js";
import { columnOf } from "../names.js";
import { mapChannel } from "../places.js";
import { Convolution, ConvolutionGist } from "./convolution.js";
import { Activation, Norm, Pixel, Pool, Same } from "./pointwise.js";
import { Softmax, SoftmaxPicture } from "./softmax.js";
import { WeightedSum } from "./weighted-sum.js";

/** @type {Record<string, any>} */
const KINDS = {
  convolution: Convolution,
  max: Pool,
  mean: Pool,
  relu: Activation,
  leaky_relu: Activation,
  tanh: Activation,
  sigmoid: Activation,
  batch_norm: Norm,
  linear: WeightedSum,
  identity: Same,
  softmax: Softmax,
  pixel: Pixel,
};

/** @type {Record<string, string>} */
const AFTER = {
  ReLU: "ReLU keeps what is positive",
  LeakyReLU: "leaky ReLU",
  Tanh: "tanh",
  Sigmoid: "sigmoid",
};

/** What a value is called. @param {any} answer */
export function valueName({ layer, channel, y, x }) {
  const column = columnOf(layer);
  if (!column) return layer;
  if (column.role === "classes")
    return `${layer}, ${run.value?.classes[channel] ?? `output ${channel}`}`;
  if (column.role === "vector") return `${layer}, value ${channel}`;
  if (column.role === "label") return `${layer}, number ${channel} of the list`;
  if (column.role === "input" && column.shape[0] === 1) return `input · row ${y}, column ${x}`;
  const cell = column.cells.find((one) => mapChannel(column, one.channel) === channel);
  const map = cellName(column, cell?.channel ?? channel).replace("filter", "map");
  return `${map} · row ${y}, column ${x}`;
}

/** @param {{answer: any}} props */
function After({ answer }) {
  const { activation } = answer;
  if (!activation) return null;
  return html`<p class="then">then ${activation.layer}: ${AFTER[activation.type] ?? activation.type}
    <span class="arrow" aria-hidden="true">→</span> <b data-test="activation">${exact(activation.value)}</b></p>`;
}

/** @param {{answer: any}} props */
function Silenced({ answer }) {
  if (!answer.silenced) return null;
  return html`<p class="quieted">This filter is silenced: it would give <b>${exact(answer.would_be)}</b>, and counts as 0.</p>`;
}

/** A class's score and share, in words. @param {{answer: any, softmax: any}} props */
function ScoreGist({ answer, softmax }) {
  const name = run.value?.classes[answer.channel] ?? `output ${answer.channel}`;
  return html`<p>The score of ${name} is <b>${exact(answer.value)}</b>: a weighted sum of ${count(answer.terms.length + (answer.rest?.count ?? 0))} values${answer.bias === null ? "" : ", plus a bias"}.${
    softmax && html` Beside all other scores, softmax makes it <b>${percent(softmax.value)}</b>:`
  }</p>${softmax && html`<${SoftmaxPicture} answer=${softmax} layer=${answer.layer} />`}`;
}

/** A value in words, and of a convolution the patch and kernel that weigh most. @param {{answer: any, softmax: any}} props */
export function ValueGist({ answer, softmax }) {
  if (answer.kind === "linear") return html`<${ScoreGist} answer=${answer} softmax=${softmax} />`;
  if (answer.kind === "convolution") return html`<${ConvolutionGist} answer=${answer} />`;
  const Kind = KINDS[answer.kind];
  return Kind ? null : html`<p>${exact(answer.value)}</p>`;
}

/** Kinds whose arithmetic is a line or two: it is all there at once. @param {any} answer */
export const isShort = (answer) => !["convolution", "linear"].includes(answer.kind);

/** @param {{answer: any, softmax: any}} props */
export function ValueBody({ answer, softmax }) {
  const Kind = KINDS[answer.kind];
  if (!Kind) return html`<p>${exact(answer.value)}</p>`;
  if (softmax) {
    return html`<div class="two"><section><h3>The score</h3><${Kind} answer=${answer} name="score" few=${8} /></section>
      <section><h3>The probability: softmax over all scores</h3><${Softmax} answer=${softmax} /></section></div>`;
  }
  return html`<${Kind} answer=${answer} /><${Silenced} answer=${answer} /><${After} answer=${answer} />`;
}

/** Of what step and which picture it is. @param {any} answer */
export const whenText = (answer) => `step ${count(answer.step)}`;
