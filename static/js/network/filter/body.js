/** The filter view's content: one filter, all its kernels with their numbers, and what it makes of its maps. */

import { useRef } from "preact/hooks";
import { signed } from "../../shared/format.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { filterImage } from "../../shared/heatmap/cells.js";
import { html } from "../../shared/html.js";
import { sourceChannel } from "../drawing/columns.js";
import { inputName } from "../drawing/names.js";
import { scales } from "../drawing/painter.js";
import { Tools } from "../interventions/tools.js";
import { Term } from "../page/tip.js";
import { observed, plan, replay, slowTick } from "../state.js";
import { GradientAndUpdate, KINDS } from "./gradient.js";
import { KernelTable } from "./kernel.js";
import { KernelPager } from "./kernel-pager.js";
import { KernelPicture } from "./kernel-picture.js";
import { FilterStrip } from "./strip-view.js";
import { SumColumn } from "./sum-column.js";
import { openValue } from "./sweep.js";
import {
  ChannelMap,
  ChannelScale,
  channelMaps,
  InputMap,
  isRoomy,
  isStacked,
  isTall,
  isTight,
  kernelStretch,
  stretched,
} from "./unfolded.js";
import { filterSentence, filterValues } from "./values.js";
import { WeightCell } from "./weight-cell.js";

/** @typedef {import("../drawing/layout.js").Column} Column @typedef {import("../../shared/frame.js").Frame} Frame */
/** @typedef {import("./gradient.js").Filter} Filter */

const LARGE = 16; // kernels shown with their numbers
const MOST_NUMBERS = 450; // cells with numbers, in one kind
const HOW =
  "At each position the kernel is placed on the map as it is, not flipped: products are added up. Mathematicians call this cross-correlation; the field calls it convolution.";

/** A kernel's weights. @param {{filter: Filter, k: number, name: string}} props */
function Weights({ filter: { column, channel, parts, numbers }, k, name }) {
  const [part] = parts;
  const [rows, cols] = column.kernel ?? [1, 1];
  if (!part) return html`<span class="none" aria-label="no weight yet">none yet</span>`;
  const Shown = numbers(k) ? KernelTable : KernelPicture;
  const size = isTight(column) ? "compact" : cols <= 3 && isRoomy(column) ? "roomy" : "usual";
  return html`<${Shown} values=${part.values} from=${k * rows * cols} rows=${rows} cols=${cols} limit=${part.limit}
    label=${`weight, for ${name}`} caption="weight" size=${size} where=${{ column, channel, k }} editable=${true} />`;
}

/** One kernel; of a convolution also the map that it reads, and what it makes of it.
 * @param {{filter: Filter, k: number, frame: Frame, maps: ReturnType<typeof channelMaps>}} props */
function KernelRow({ filter, k, frame, maps }) {
  const { column, channel, parts } = filter;
  const read = sourceChannel(column, channel, k);
  const name = inputName(column, read);
  const unfolded = column.role === "conv" && column.source && parts[0] && k < LARGE;
  const open = openValue(column, channel);
  return html`<div class="kernel"><h3>for ${name}</h3><div class=${unfolded && isStacked(column) ? "trio stacked" : "trio"}>
    ${unfolded && html`<${InputMap} column=${column} read=${read} frame=${frame} open=${open} /><span class="flow-sign" aria-hidden="true">×</span>`}
    <${Weights} filter=${filter} k=${k} name=${name} />
    ${unfolded && html`<span class="flow-sign" aria-hidden="true">=</span><${ChannelMap} column=${column} channel=${channel} k=${k} maps=${maps} />`}
  </div></div>`;
}

/** The bias opens and can be typed over, as a weight. @param {{filter: Filter}} props */
function Bias({ filter: { column, channel, parts } }) {
  const value = parts[0]?.bias ?? null;
  if (value === null) return null;
  const place = { layer: column.name, tensor: "bias", index: [channel] };
  const text = signed(value);
  return html`<${WeightCell} place=${place} value=${value} text=${text} label=${`bias: ${text}; press to change it`}
    cols=${1} first=${true} fixed=${replay.value !== null} />`;
}

/** A filter on three colour channels, as one picture. @param {{filter: Filter}} props */
function ColourFilter({ filter: { column, parts } }) {
  const [part] = parts;
  const fits = column.role === "conv" && column.kernels === 3 && column.source?.role === "input";
  if (!fits || !part || !column.kernel) return null;
  const [rows, cols] = column.kernel;
  const cells = () => filterImage(part.values, part.limit);
  return html`<figure class="in-colour"><${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${98} stamp=${slowTick.value} label="The filter as one colour picture" />
    <figcaption>its kernels as the red, green and blue of one picture; grey is zero</figcaption></figure>`;
}

/** What a filter of a convolution does: each map × its kernel, added up. @param {{filter: Filter, frame: Frame}} props */
function Convolution({ filter, frame }) {
  const { column, channel, parts } = filter;
  const weights = parts[0]?.values;
  const maps =
    weights && column.source
      ? channelMaps(column, channel, weights, frame)
      : { maps: [], limit: 0 };
  const rows = Array.from(
    { length: column.kernels },
    (_, k) => html`<${KernelRow} key=${k} filter=${filter} k=${k} frame=${frame} maps=${maps} />`,
  );
  const channels = useRef(/** @type {HTMLElement | null} */ (null));
  const stacked = column.kernels > 1 && isStacked(column) ? "two-by-two" : "";
  return html`<div class=${`unfolded ${stacked} ${isTall(column) ? "one tall" : column.kernels === 1 ? "one" : plan.value?.view ? "scrolls" : ""}`} style=${{ "--stretch": stretched() }}>
    <div class="channels-head">${maps.limit > 0 && html`<${ChannelScale} limit=${maps.limit} />`}<${KernelPager} channels=${channels} many=${column.kernels} /></div>
    <div class="channels" ref=${channels} style=${{ "--stretch": kernelStretch(column) }} tabindex=${column.kernels > 1 ? 0 : undefined} role="group" aria-label="What each kernel makes of its map">
      <div class="kernels">${rows}</div></div>
    <${SumColumn} column=${column} channel=${channel} frame=${frame} bias=${html`<${Bias} filter=${filter} />`} /></div>`;
}

/** A fully connected output: its weights as pictures. @param {{filter: Filter, frame: Frame}} props */
function Output({ filter, frame }) {
  const { column } = filter;
  const maps = { maps: [], limit: 0 };
  return html`<p class="sum-line output-bias">bias <${Bias} filter=${filter} /></p>
    <div class=${`kernels ${column.kernels === 1 ? "one" : "pictures"}`}>${Array.from(
      { length: column.kernels },
      (_, k) => html`<${KernelRow} key=${k} filter=${filter} k=${k} frame=${frame} maps=${maps} />`,
    )}</div>`;
}

/** @param {{column: Column, channel: number, frame: Frame}} props */
export function FilterBody({ column, channel, frame }) {
  const parts = KINDS.map(([kind]) => filterValues(frame, column, channel, kind, scales));
  const [rows, cols] = column.kernel ?? [1, 1];
  const narrow = cols <= 5 || column.kernels === 1; // else three beside each other have no room
  const fits =
    narrow && rows * cols <= 49 && Math.min(LARGE, column.kernels) * rows * cols <= MOST_NUMBERS;
  const filter = {
    column,
    channel,
    parts,
    numbers: (/** @type {number} */ k) => fits && k < LARGE,
  };
  const conv = column.role === "conv";
  const nameOf = (/** @type {number} */ k) => inputName(column, sourceChannel(column, channel, k));
  return html`
    <p class="plain">${filterSentence(column)} ${conv && html`<${Term} tip=${HOW}>How is it used?<//>`}</p>
    ${conv ? html`<${Convolution} filter=${filter} frame=${frame} />` : html`<${Output} filter=${filter} frame=${frame} />`}
    <${ColourFilter} filter=${filter} />
    ${conv && html`<${FilterStrip} column=${column} part=${parts[0]} />`}
    ${!observed.value && html`<${Tools} column=${column} channel=${channel} nameOfKernel=${nameOf} />`}
    <${GradientAndUpdate} filter=${filter} />`;
}
