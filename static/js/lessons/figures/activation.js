/** What comes after the sum: the bias is added, and ReLU keeps what is positive. */

import { Slider } from "../components.js";
import { TrainedLink } from "../live-link.js";
import { each, plain, relu, sumText } from "../matrix.js";
import { html } from "../prose.js";
import { answer, bias, KernelSelect, limit, place, sums } from "../small-convolution.js";
import { Values } from "../values.js";

/** @typedef {import("../matrix.js").Rows} Rows */

const MOST_BIAS = 9;
const FILTER = 2; // of the trained network
const [WIDTH, HEIGHT, MARGIN] = [240, 150, 16]; // of the curve, CSS pixels
const [ZERO_X, ZERO_Y] = [WIDTH / 2, HEIGHT - MARGIN - 14];
const REACH = WIDTH / 2 - MARGIN;

/** The curve of ReLU with the nine values on it. @param {{before: Rows}} props */
function Curve({ before }) {
  const half = limit.value || 1;
  const x = (/** @type {number} */ value) => ZERO_X + (REACH * value) / half;
  const y = (/** @type {number} */ value) => ZERO_Y - (REACH * relu(value)) / half;
  const now = before[place.value.y][place.value.x];
  return html`<figure><svg class="curve" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} width=${WIDTH} height=${HEIGHT} role="img"
      aria-label=${`ReLU: left of 0 the line is flat at 0, right of 0 it rises; ${plain(now)} becomes ${plain(relu(now))}`}>
    <path class="axis" d=${`M${MARGIN} ${ZERO_Y}H${WIDTH - MARGIN}M${ZERO_X} ${MARGIN}V${ZERO_Y}`} />
    <path class="line" d=${`M${x(-half)} ${y(0)}H${ZERO_X}L${x(half)} ${y(half)}`} />
    ${before.flat().map((value) => html`<circle cx=${x(value)} cy=${y(value)} r="4" />`)}
    <circle class="on" cx=${x(now)} cy=${y(now)} r="7" />
    <text x=${MARGIN} y=${HEIGHT - 8}>${plain(-half)}</text><text x=${ZERO_X} y=${HEIGHT - 8} text-anchor="middle">0</text>
    <text x=${WIDTH - MARGIN} y=${HEIGHT - 8} text-anchor="end">${plain(half)}</text></svg>
    <figcaption>ReLU as a curve: across is before, up is after</figcaption></figure>`;
}

/** The chosen place in words. @param {{sum: number, value: number}} props */
function Words({ sum, value }) {
  const [{ y, x }, after] = [place.value, relu(value)];
  const does =
    value > 0 ? "positive: it stays" : value < 0 ? "negative: it becomes" : "zero: it stays";
  return html`<p aria-live="polite">Row ${y}, column ${x}: the sum is ${plain(sum)}, and with the bias
    ${sumText([sum, bias.value])} = <b>${plain(value)}</b>. This is ${does} <b>${plain(after)}</b>.</p>`;
}

export function Figure() {
  const found = answer.value;
  if (!found) return html`<p class="status" role="status">Computing…</p>`;
  const { y, x } = place.value;
  const before = found.output;
  const negative = before.flat().filter((value) => value < 0).length;
  return html`<div class="figure-controls"><${KernelSelect} />
      <${Slider} label="Bias" now=${bias.value} min=${-MOST_BIAS} max=${MOST_BIAS} onSlide=${(
        /** @type {number} */ value,
      ) => {
        bias.value = value;
      }} /></div>
    <div class="row"><${Values} rows=${before} name="Sum + bias" limit=${limit.value} place=${place} />
      <span class="becomes">ReLU<br />→</span><${Values} rows=${each(before, relu)} name="After ReLU" limit=${limit.value} place=${place} />
      <${Curve} before=${before} /></div>
    <${Words} sum=${sums.value[y][x]} value=${before[y][x]} />
    <p>${negative} of the ${before.flat().length} values ${negative === 1 ? "is" : "are"} negative, and ReLU makes
      ${negative === 1 ? "it" : "them"} 0.</p>
    <${TrainedLink} filter=${FILTER}>See nine trained weights, their bias and their map in the live network<//>`;
}
