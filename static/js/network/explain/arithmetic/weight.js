/** One weight: what each position contributed to its gradient, their sum, the optimiser's step, the weight after. */

import { count, rate } from "../../../shared/format.js";
import { CellCanvas } from "../../../shared/heatmap/cell-canvas.js";
import { colourOf } from "../../../shared/heatmap/colour.js";
import { palette } from "../../../shared/heatmap/palette.js";
import { html } from "../../../shared/html.js";
import { stepOnce } from "../../intents.js";
import { batchImage, startable } from "../../state.js";
import { batchImageName } from "../contributions.js";
import { exact, sizeOf } from "../digits.js";
import { columnOf } from "../names.js";
import { kernelPlace } from "../places.js";
import { weightNow } from "../weight-now.js";
import { SumCheck } from "./ledger.js";
import { contributionWords } from "./words.js";

const MAP_PX = 132;

/** @param {{values: number[][], label: string, text: any, stamp: number, limit: number}} props */
function ContributionMap({ values, label, text, stamp, limit }) {
  const [rows, cols] = [values.length, values[0].length];
  const table = palette.value.diverging;
  const cells = () => Uint32Array.from(values.flat(), (v) => colourOf(table, v, limit));
  const tall = rows > cols ? MAP_PX * (cols / rows) : MAP_PX;
  return html`<figure class="contribution-map"><${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${Math.max(8, Math.round(tall))} label=${label} stamp=${stamp} />
    <figcaption>${text}</figcaption></figure>`;
}

/** Each picture of the batch as a bar; pressed, its map is shown. @param {{gradient: any}} props */
function Batch({ gradient }) {
  const sums = gradient.example_sums;
  const most = sizeOf(sums) || 1;
  return html`<div class="batch" role="group" aria-label="Pictures of the batch, and the sum of each">${sums.map(
    (
      /** @type {number} */ sum,
      /** @type {number} */ i,
    ) => html`<button type="button" key=${i} class=${i === gradient.example ? "on" : ""}
      aria-pressed=${i === gradient.example} aria-label=${`picture ${i} of the batch: ${exact(sum)}`} title=${`picture ${i}: ${exact(sum)}`}
      onClick=${() => {
        batchImage.value = i;
      }}><i class=${sum < 0 ? "minus" : "plus"} style=${{ height: `${Math.max(2, (50 * Math.abs(sum)) / most)}%` }}></i></button>`,
  )}</div>`;
}

/** @param {{gradient: any}} props */
function Contributions({ gradient }) {
  const { positions, example_map, batch_map, example_sums, example } = gradient;
  const single = positions[0] * positions[1] === 1;
  const where = single ? "" : ` at ${count(positions[0] * positions[1])} positions`;
  const stamp = gradient.step * 1000 + example;
  const who = gradient.example_class ?? `class ${gradient.example_label}`;
  return html`<section><h3>Contributions to the gradient${where}: ${contributionWords(gradient.tensor, columnOf(gradient.layer)?.layer?.type)}, step ${count(gradient.step)}</h3>
    <div class="contribution-maps">
      ${
        !single &&
        html`<${ContributionMap} values=${batch_map} stamp=${gradient.step} limit=${sizeOf(batch_map)} label="Contributions at each position, summed over the batch" text=${html`all ${example_sums.length} pictures, Σ <b>${exact(gradient.total)}</b>`} />
      <${ContributionMap} values=${example_map} stamp=${stamp} limit=${sizeOf(example_map)} label=${`Contributions at each position, picture ${example} of the batch`} text=${html`picture ${example}, ${who}, Σ <b>${exact(example_sums[example])}</b>`} />`
      }
      <div class="sums"><${Batch} gradient=${gradient} />
        <p class="rest">The sum of each picture; together they are the gradient. <span class="minus-word">Negative</span> pulls the weight up, <span class="plus-word">positive</span> down.</p>
        <p class="ledger-line">gradient = <b>${exact(gradient.total)}</b></p>
        <${SumCheck} about=${gradient} what="the optimiser used" />
        ${gradient.note && html`<p class="rest" data-test="note">${gradient.note}</p>`}</div>
    </div></section>`;
}

/** A setting as it was typed, anything else in six figures. @param {number} value */
const plain = (value) => {
  const short = rate(value);
  return Number(short) === value ? short : exact(value);
};

/** @param {{update: any, tensor: string}} props */
function Update({ update, tensor }) {
  return html`<section><h3>What ${update.optimizer} did with it</h3>
    <ol class="lines">${update.lines.map(
      (
        /** @type {any} */ line,
        /** @type {number} */ i,
      ) => html`<li key=${i}><span class="says">${line.says}</span>
        <span class="formula">${line.formula}</span> <span class="digits">= ${exact(line.result)}</span>
        <span class="with">${Object.entries(line.numbers).map(([sign, v]) => html`<span key=${sign}><i>${sign}</i> = ${plain(/** @type {number} */ (v))}</span>`)}</span></li>`,
    )}</ol>
    <p class="moved">${tensor} <b data-test="before">${exact(update.before)}</b> <span class="arrow" aria-hidden="true">→</span> <b data-test="after">${exact(update.after)}</b>
      <small>change ${exact(update.change)}</small></p>
    <${SumCheck} about=${update} what=${`the ${tensor} is`} /></section>`;
}

/** What a weight is and where it counts, in words.
 * @param {{place: import("../places.js").WeightPlace, answer: any}} props */
export function WeightGist({ place, answer }) {
  const column = columnOf(place.layer);
  const value = answer?.update.after ?? weightNow(place);
  if (!column?.layer) return null;
  const moved = answer && html` The last step moved it by <b>${exact(answer.update.change)}</b>.`;
  const over = answer && column.role === "conv";
  return html`<p>${place.tensor} <b>${exact(value)}</b>${whereText(place, column)}.${moved}</p>
    ${over && html`<p class="rest">In the place of its filter's map: what each position contributed to its gradient, on ${batchImageName(answer.gradient)}.</p>`}`;
}

/** @param {import("../places.js").WeightPlace} place @param {import("../../drawing/layout.js").Column} column */
function whereText({ tensor, index }, column) {
  const [, rows, cols] = column.shape;
  const conv = column.role === "conv";
  const many = conv ? `; the same at all ${count(rows * cols)} positions of the map` : "";
  const own = conv ? "filter" : column.layer?.type === "BatchNorm2d" ? "map" : "output";
  if (tensor === "bias" || !column.kernel)
    return ` of ${own} ${index[0]}${conv ? `: added at all ${count(rows * cols)} positions of its map` : ""}`;
  const { k, r, c } = kernelPlace(column, index);
  const from = conv && column.kernels > 1 ? `, kernel ${k}` : conv ? "" : `, for map ${k}`;
  return `, row ${r}, column ${c} of ${own} ${index[0]}${from}${many}`;
}

/** @param {{answer: any}} props */
export function WeightBody({ answer }) {
  return html`<div class="weight-body"><${Contributions} gradient=${answer.gradient} /><${Update} update=${answer.update} tensor=${answer.gradient.tensor} /></div>`;
}

/** Why there is nothing, and what to press. @param {{problem: string}} props */
export function NoGradient({ problem }) {
  return html`<p class="hint wide-text">${problem}</p>
    ${startable.value && html`<p><button type="button" class="primary" onClick=${stepOnce}>Take a step</button></p>`}`;
}
