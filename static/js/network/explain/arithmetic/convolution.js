/** A convolution's value: patch × kernel = products for each input channel, their sums, the bias. */
import { signal } from "@preact/signals";
import { plural } from "../../../shared/format.js";
import { pixelNumbers, pixelOf } from "../../../shared/heatmap/cells.js";
import { greyOf } from "../../../shared/heatmap/colour.js";
import { html } from "../../../shared/html.js";
import { roundUp } from "../../drawing/held-limit.js";
import { scales } from "../../drawing/painter.js";
import { ScaleBar } from "../../drawing/scale-bar.js";
import { detailed, preprocessing } from "../../state.js";
import { decimalsFor, exact, inDecimals, largestFew, sizeOf } from "../digits.js";
import { columnOf, opener, sourceName } from "../names.js";
import { convolutionFormula } from "./formulas.js";
import { Grid } from "./grid.js";
import { Ledger, lastLine, SumCheck } from "./ledger.js";

const FEW = 3; // input channels that are shown at first
const MOST_NUMBERS = 5; // rows of a kernel whose cells have numbers at first
const PICTURE_PX = 92;
const PRODUCTS = 0.5; // of the largest that there could be: both at their scales' ends is rare

/** Whether everything is shown; kept while the pointer goes on. */
const expanded = signal(false);

/** @typedef {{channel: number, patch: number[][], kernel: number[][], products: number[][], sum: number}} Part */

/** Half-scales: of values and weights those that they have in the network; of products the kernel's, or where they
 * are larger one that all of a filter's have, wherever its window is. @param {any} answer @param {Part[]} parts */
function limits({ layer, channel }, parts) {
  const source = columnOf(layer)?.source?.name ?? "";
  const patch =
    scales.limit("maps", "value", source, parts[0].channel) ||
    sizeOf(parts.map((part) => part.patch));
  const kernel =
    scales.limit("kernels", "value", layer, channel) || sizeOf(parts.map((part) => part.kernel));
  const products = roundUp(Math.max(kernel, patch * kernel * PRODUCTS) || 1);
  return { patch, kernel: kernel || products, products: Math.max(kernel, products) };
}

/** The scales of these colours, each once. @param {{answer: any, shared: ReturnType<typeof limits>}} props */
function Bars({ answer, shared: { patch, kernel, products } }) {
  const picture = columnOf(answer.layer)?.source?.role === "input";
  const same = kernel === products;
  return html`<p class="grid-scales" aria-label="Scales of the colours">${!picture && html`<${ScaleBar} name="patch" limit=${patch} narrow=${true} />`}
    <${ScaleBar} name=${same ? "kernel, products" : "kernel"} limit=${kernel} narrow=${true} />${!same && html`<${ScaleBar} name="products" limit=${products} narrow=${true} />`}</p>`;
}

/** @param {{part: Part, answer: any, shared: ReturnType<typeof limits>, decimals: number | null}} props */
function Row({ part, answer, shared, decimals }) {
  const column = columnOf(answer.layer);
  if (!column) return null;
  const open = opener(column, part.channel);
  const small = part.kernel.length > MOST_NUMBERS && !expanded.value ? PICTURE_PX : undefined;
  const outside = (/** @type {number} */ r, /** @type {number} */ c) =>
    answer.rows[r] === null || answer.columns[c] === null;
  const numbers = pixelNumbers(preprocessing.peek(), part.channel);
  const tone = (/** @type {number} */ value) => greyOf(pixelOf(numbers, value) / 255);
  const picture = column.source?.role === "input" ? tone : undefined;
  const name = sourceName(column, part.channel);
  return html`<div class="product">
    <${Grid} values=${part.patch} label=${`patch of ${name}`} caption=${`patch of ${name}`} limit=${shared.patch} picture=${picture}
      width=${small} outside=${outside} onCell=${open && !small ? (/** @type {number} */ r, /** @type {number} */ c) => open(answer.rows[r], answer.columns[c]) : null} />
    <span class="times" aria-hidden="true">×</span>
    <${Grid} values=${part.kernel} label="kernel" caption="kernel" limit=${shared.kernel} width=${small} />
    <span class="times" aria-hidden="true">=</span>
    <${Grid} values=${part.products} label="products" caption="products" note=${html`, Σ <b>${inDecimals(part.sum, decimals)}</b>`} limit=${shared.products} width=${small} />
  </div>`;
}

/** @param {{many: number, hidden: number, large: boolean}} props */
function More({ many, hidden, large }) {
  if (!hidden && !large && !expanded.value) return null;
  if (many <= FEW && !large) return null;
  const text = expanded.value
    ? "Show less"
    : hidden
      ? `Show all ${many} input maps${large ? ", with numbers" : ""}`
      : "Show the numbers";
  return html`<button type="button" class="quiet more" onClick=${() => {
    expanded.value = !expanded.value;
  }}>${text}</button>`;
}

/** The value in words, and the patch and kernel that weigh most. @param {{answer: any}} props */
export function ConvolutionGist({ answer }) {
  const { shown, others } = largestFew(/** @type {Part[]} */ (answer.channels), (p) => p.sum, 1);
  const shared = limits(answer, answer.channels);
  const decimals = decimalsFor(sizeOf([answer.total, shown[0].sum]));
  const rest = others ? `, the same with ${plural(others, "more input map")}` : "";
  return html`<p><b>${exact(answer.value)}</b> = patch × kernel, added up${rest}${answer.bias === null ? "" : `, plus the bias ${exact(answer.bias)}`}.</p>
    ${!detailed.value && html`<${Row} part=${shown[0]} answer=${answer} shared=${shared} decimals=${decimals} /><${Bars} answer=${answer} shared=${shared} />`}`;
}

/** @param {{answer: any}} props */
export function Convolution({ answer }) {
  /** @type {Part[]} */
  const parts = answer.channels;
  const few = largestFew(parts, (part) => part.sum, expanded.value ? parts.length : FEW);
  const shared = limits(answer, parts);
  const decimals = decimalsFor(
    sizeOf([answer.total, answer.bias ?? 0, ...parts.map((p) => p.sum)]),
  );
  const sum = parts.reduce((total, part) => total + part.sum, 0);
  const lines = [
    ...(parts.length > 1 && parts.length <= FEW + 1
      ? parts.map((part) => ({ name: sumName(answer, part), value: part.sum }))
      : [
          {
            name: parts.length === 1 ? "sum of the products" : `sums of ${parts.length} maps`,
            value: sum,
          },
        ]),
    ...(answer.bias === null ? [] : [{ name: "bias", value: answer.bias }]),
    lastLine(answer, "value"),
  ];
  return html`${convolutionFormula(answer)}
    <div class="products">${few.shown.map(
      (part, slot) =>
        html`<${Row} key=${slot} part=${part} answer=${answer} shared=${shared} decimals=${decimals} />`,
    )}</div><${Bars} answer=${answer} shared=${shared} />
    ${few.others > 0 && html`<p class="rest">${plural(few.others, "more input map")}, all smaller: Σ <b>${inDecimals(few.sum, decimals)}</b></p>`}
    <${More} many=${parts.length} hidden=${few.others} large=${parts[0].kernel.length > MOST_NUMBERS} />
    <${Ledger} lines=${lines} />${!answer.silenced && html`<${SumCheck} about=${answer} />`}`;
}

/** @param {any} answer @param {Part} part */
function sumName(answer, part) {
  const column = columnOf(answer.layer);
  return column ? `from ${sourceName(column, part.channel)}` : "";
}
