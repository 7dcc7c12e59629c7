/** The filter view: one filter, all its kernels with their numbers, and where it answers most. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { limitText, signed } from "../../shared/format.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { filterImage } from "../../shared/heatmap/cells.js";
import { html } from "../../shared/html.js";
import { sourceChannel } from "../drawing/columns.js";
import { cellName } from "../drawing/names.js";
import { currentFrame, scales } from "../drawing/painter.js";
import { closeFilter, openFilter } from "../intents.js";
import { Tools } from "../interventions/tools.js";
import { useFocusInside } from "../page/focus.js";
import { Term } from "../page/tip.js";
import { atFork, openedFilter, plan, replay, run, slowTick, step } from "../state.js";
import { TERMS } from "../terms.js";
import { KernelPicture, KernelTable } from "./kernel.js";
import { FilterStrip } from "./strip-view.js";
import { openValue } from "./sweep.js";
import { ChannelMap, ChannelScale, channelMaps, InputMap, SumColumn } from "./unfolded.js";
import { filterSentence, filterValues } from "./values.js";
import { WeightCell } from "./weight-cell.js";

/** @typedef {import("../drawing/layout.js").Column} Column @typedef {import("../../shared/frame.js").Frame} Frame */

const LARGE = 16; // kernels shown with their numbers
const MOST_NUMBERS = 450; // cells with numbers, in one kind
const KINDS = /** @type {const} */ ([
  ["weight", "weight", TERMS.weight],
  ["gradient", "gradient", TERMS.gradient],
  ["update", "last update", TERMS.update],
]);

/** @param {Column} column @param {number} k */
function inputName(column, k) {
  const source = column.source;
  if (!source || (column.kernels === 1 && source.role !== "input")) return "all values";
  const shift = source.role === "input" && source.shape[0] === 3 ? 1 : 0;
  return source.shape[0] === 1 && source.role === "input" ? "input" : cellName(source, k + shift);
}

/** One kernel: of a convolution the map that it reads and what it makes of it; its weights, and beside them their
 * gradients and the last update.
 * @param {{column: Column, channel: number, k: number, parts: (ReturnType<typeof filterValues>)[], numbers: boolean,
 *   frame: Frame, maps: ReturnType<typeof channelMaps>}} props */
function KernelRow({ column, channel, k, parts, numbers, frame, maps }) {
  const [rows, cols] = column.kernel ?? [1, 1];
  const from = k * rows * cols;
  const read = sourceChannel(column, channel, k);
  const name = inputName(column, read);
  const conv = column.role === "conv";
  const tables = parts.map((part, i) => {
    const label = `${KINDS[i][1]}, for ${name}`;
    if (!part)
      return html`<span class="none" aria-label=${`no ${KINDS[i][1]} yet`}>none yet</span>`;
    const props = {
      values: part.values,
      from,
      rows,
      cols,
      limit: part.limit,
      label,
      caption: KINDS[i][1],
      where: { column, channel, k },
      editable: i === 0,
      roomy: i === 0 && column.kernels <= 3 && cols <= 3,
      small: conv && i > 0,
    };
    return numbers ? html`<${KernelTable} ...${props} />` : html`<${KernelPicture} ...${props} />`;
  });
  const kernel = parts[0]?.values.subarray(from, from + rows * cols);
  const unfolded = conv && kernel && k < LARGE;
  return html`<div class="kernel"><h3>for ${name}</h3><div class="trio">
    ${unfolded && html`<${InputMap} column=${column} read=${read} frame=${frame} open=${openValue(column, channel)} /><span class="flow-sign" aria-hidden="true">×</span>`}
    ${tables[0]}
    ${unfolded && html`<span class="flow-sign" aria-hidden="true">=</span><${ChannelMap} column=${column} channel=${channel} k=${k} maps=${maps} />`}
    ${tables.slice(1)}
  </div></div>`;
}

/** The bias opens and can be typed over, as a weight. @param {{column: Column, channel: number, value: number}} props */
function Bias({ column, channel, value }) {
  const place = { layer: column.name, tensor: "bias", index: [channel] };
  const text = signed(value);
  return html`<${WeightCell} place=${place} value=${value} text=${text} label=${`bias: ${text}; press to change it`}
    cols=${1} first=${true} fixed=${replay.value !== null} />`;
}

/** @param {{parts: (ReturnType<typeof filterValues>)[], column: Column, channel: number}} props */
function Scales({ parts, column, channel }) {
  const bias = (/** @type {ReturnType<typeof filterValues>} */ part, /** @type {number} */ i) => {
    if (!part || part.bias === null) return "–";
    return i === 0 && column.role !== "conv" // whose bias stands with the sum
      ? html`<${Bias} column=${column} channel=${channel} value=${part.bias} />`
      : signed(part.bias);
  };
  return html`<table class="kinds"><thead><tr><td></td>${KINDS.map(([, name, tip]) => html`<th scope="col"><${Term} tip=${tip}>${name}<//></th>`)}</tr></thead><tbody>
    <tr><th scope="row"><${Term} tip=${TERMS.bias}>bias<//></th>${parts.map((part, i) => html`<td>${bias(part, i)}</td>`)}</tr>
    <tr><th scope="row">scale</th>${parts.map((part) => html`<td>${part ? `±${limitText(part.limit)}` : "–"}</td>`)}</tr>
  </tbody></table>`;
}

/** A filter on three colour channels, as one picture. @param {{column: Column, part: ReturnType<typeof filterValues>}} props */
function ColourFilter({ column, part }) {
  const fits = column.role === "conv" && column.kernels === 3 && column.source?.role === "input";
  if (!fits || !part || !column.kernel) return null;
  const [rows, cols] = column.kernel;
  const cells = () => filterImage(part.values, part.limit);
  return html`<figure class="in-colour"><${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${98} stamp=${slowTick.value} label="The filter as one colour picture" />
    <figcaption>its kernels as the red, green and blue of one picture; grey is zero</figcaption></figure>`;
}

/** @param {{column: Column, channel: number}} props */
function Title({ column, channel }) {
  const many = column.role === "conv" ? column.shape[0] : column.shape[2];
  const go = (/** @type {number} */ by) => () =>
    openFilter(column.name, (channel + by + many) % many);
  const close = useFocusInside();
  const title =
    column.role === "conv"
      ? `${column.name}, filter ${channel}`
      : `${column.name}, ${run.value?.classes[channel] ?? `output ${channel}`}`;
  return html`<header>
    <h2 id="filter-title">${title} <small>of ${many}, counted from 0</small></h2>
    <button type="button" onClick=${go(-1)} aria-label="Previous filter">←</button>
    <button type="button" onClick=${go(1)} aria-label="Next filter">→</button>
    <button type="button" ref=${close} onClick=${closeFilter} aria-keyshortcuts="Escape">Close</button>
  </header>`;
}

function whyNoUpdate() {
  if (step.value === 0) return "At step 0 there is no gradient and no update yet: take a step.";
  const changed = run.value?.interventions.some((change) => change.step >= step.value);
  return atFork.value && !changed
    ? "This fork begins here: the gradient and update that led to these weights belong to its parent, at the same step. Take a step to see its own."
    : "No update led to the weights as they are now: take a step.";
}

/** @param {{column: Column, channel: number, frame: Frame}} props */
function Body({ column, channel, frame }) {
  const parts = KINDS.map(([kind]) => filterValues(frame, column, channel, kind, scales));
  const [rows, cols] = column.kernel ?? [1, 1];
  const large = Math.min(LARGE, column.kernels);
  const fits = rows * cols <= 49 && large * rows * cols <= MOST_NUMBERS;
  const conv = column.role === "conv";
  const bias =
    parts[0] && parts[0].bias !== null
      ? html`<${Bias} column=${column} channel=${channel} value=${parts[0].bias} />`
      : null;
  const maps =
    conv && parts[0]
      ? channelMaps(column, channel, parts[0].values, frame)
      : { maps: [], limit: 0 };
  const withNumbers = (/** @type {number} */ k) => fits && k < LARGE;
  return html`
    <p class="plain">${filterSentence(column)} ${column.role === "conv" && html`<${Term} tip="At each position the kernel is placed on the map as it is, not flipped: products are added up. Mathematicians call this cross-correlation; the field calls it convolution.">How is it used?<//>`}</p>
    <${Tools} column=${column} channel=${channel} nameOfKernel=${(/** @type {number} */ k) => inputName(column, sourceChannel(column, channel, k))} />
    ${column.role === "conv" && html`<${FilterStrip} column=${column} part=${parts[0]} />`}
    <div class=${`facts ${column.kernels === 1 ? "after" : ""}`}><div class="scales"><${Scales} parts=${parts} column=${column} channel=${channel} /><${ColourFilter} column=${column} part=${parts[0]} />
        ${!parts[1] && html`<p class="hint wide-text">${whyNoUpdate()}</p>`}</div></div>
    ${conv && maps.limit > 0 && html`<${ChannelScale} limit=${maps.limit} />`}
    <div class=${conv ? "unfolded" : ""}>
    <div class=${`kernels ${!fits && cols <= 7 ? "pictures" : conv || cols > 3 || column.kernels === 1 ? "one" : ""}`}>${Array.from(
      { length: column.kernels },
      (_, k) =>
        html`<${KernelRow} key=${k} column=${column} channel=${channel} k=${k} parts=${parts} numbers=${withNumbers(k)} frame=${frame} maps=${maps} />`,
    )}</div>
    ${conv && html`<${SumColumn} column=${column} channel=${channel} frame=${frame} bias=${bias} />`}</div>`;
}

/** It unfolds from where the filter is drawn. @param {{layer: string, channel: number} | null} place */
function useOrigin(place) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const cell = document.querySelector(
      `[data-column="${place?.layer}"] [data-channel="${place?.channel}"]`,
    );
    const [own, room] = [
      cell?.getBoundingClientRect(),
      ref.current?.parentElement?.getBoundingClientRect(),
    ];
    if (!own || !room || !ref.current) return;
    ref.current.style.transformOrigin = `${own.left - room.left}px ${own.top - room.top}px`;
  }, [place === null]);
  return ref;
}

export function FilterView() {
  const section = useOrigin(openedFilter.value);
  slowTick.value;
  const place = openedFilter.value;
  const column = place && plan.value?.columns.find((known) => known.name === place.layer);
  if (!place || !column?.kernel) return null;
  const many = column.role === "conv" ? column.shape[0] : column.shape[2];
  const frame = currentFrame();
  if (place.channel >= many) return null;
  return html`<section ref=${section} class="filter" role="dialog" aria-modal="false" aria-labelledby="filter-title">
    <${Title} column=${column} channel=${place.channel} />
    ${frame ? html`<${Body} column=${column} channel=${place.channel} frame=${frame} />` : html`<p>Waiting for the first frame…</p>`}
  </section>`;
}
