/** One column of the network: its title, its canvas, and a button over each filter and map. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { count, shape as shapeText } from "../../shared/format.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { kindAt, layersReached } from "../slow-motion/phases.js";
import {
  drawingSize,
  ghost,
  kernelKind,
  observed,
  openedFilter,
  replay,
  scaleMode,
  slowTick,
} from "../state.js";
import { layerTitle, layerWords, TERMS } from "../terms.js";
import { Atlas, MARGIN } from "./atlas.js";
import { FilterButton, MapButton } from "./buttons.js";
import { captionOf, fitsBeside } from "./captions.js";
import { FlattenList, isList } from "./flatten.js";
import { attach, scales } from "./painter.js";
import { ScaleBar } from "./scale-bar.js";
import { ofKind } from "./scales.js";

/** @typedef {import("./layout.js").Column} Column */

const NAMED_PX = 112; // a scale with the name of what has it
/** What stands side by side, where kernels have another state of themselves beside them.
 * @type {Record<import("../state.js").Ghost, string>} */
const PAIRED = { off: "kernel", last: "now · before", first: "now · step 0" };
const TAG_LETTER_PX = 5.6; // of the name of a part
const BOTH_ENDS_PX = 84; // a scale with both of its numbers

/** A layer's name, which explains it, and its kind. @param {{column: Column, span: number}} props `span`: its own, so
 * that it is drawn again in another room */
function Name({ column, span }) {
  const { layer } = column;
  const kind = layer ? layerTitle(layer) : "";
  const tip = layer
    ? `${layerWords(layer)} ${layer.parameters ? `Parameters: ${layer.counted}.` : "No parameters."}`
    : `What the network sees. ${TERMS.probe}`;
  return html`<span class=${observed.value ? "title long" : "title"} style=${observed.value ? { maxWidth: `${span}px` } : {}}><button type="button" class="term name" data-tip=${tip}>${column.name}</button>
    ${fitsBeside(column, kind, drawingSize.value.type) && html` <span class="kind">${kind}</span>`}</span>`;
}

/** @param {{column: Column, span: number, under: Column[]}} props `under`: columns whose maps stand below its own */
function Head({ column, under }) {
  const lines = captionOf(column, drawingSize.value.type);
  return html`<div class="head" style=${{ width: `${column.width}px` }}>
    <${Name} column=${column} span=${column.span} />${under.map((one) => html`<${Name} key=${one.name} column=${one} span=${one.span} />`)}
    ${lines.slice(0, under.length ? 1 : 3).map((line) => html`<span class="size">${line}</span>`)}
  </div>`;
}

/** Where the bias is named: between its neighbours' names, or where those stand too close, in the gap under the first
 * row. @param {Column} column @param {string} says of the kernels @param {number} top of the names */
function biasTag({ cells: [{ bias, map, whole, kernels }, next] }, says, top) {
  if (!bias) return null;
  const letter = TAG_LETTER_PX * drawingSize.value.type;
  const middle = bias.x + bias.width / 2;
  const before = middle - kernels[0].x - (says.length + 2) * letter; // between the names, without half of its own
  const after = map.x + map.width / 2 - middle - 3.8 * letter;
  const by = Math.min(Math.max(0, 3 - before), Math.max(after - 3, (after - before) / 2));
  if (before + after >= 1) return { x: middle + by, y: top };
  const under = whole.y + whole.height + 1;
  const fits = next && next.whole.y - under >= 2 * letter;
  return { x: middle, y: fits ? under : bias.y + bias.height + 2 };
}

/** What the first row's parts are. @param {{column: Column}} props */
function RowTags({ column }) {
  const { role, cells, name, shape } = column;
  const first = cells[0];
  if (role === "input")
    return cells.map((cell) => {
      const says =
        shape[0] === 3
          ? ["in colour", "red", "green", "blue"][cell.channel]
          : shape[0] === 1
            ? "grey"
            : `channel ${cell.channel}`;
      return html`<small key=${`${name}${cell.channel}`} class="row-tag" style=${{ left: `${cell.map.x}px`, top: `${cell.map.y + cell.map.height + 3}px` }}>${says}</small>`;
    });
  if (role !== "conv" || !first?.kernels.length) return null;
  const top = first.whole.y - 15;
  const centred = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ name) =>
    html`<small class="row-tag centred" style=${{ left: `${x}px`, top: `${y}px` }}>${name}</small>`;
  const [kernel] = first.kernels;
  const both = first.ghosts.length > 0 && kernelKind.value === "weight";
  const says = both ? PAIRED[ghost.value] : first.kernels.length > 1 ? "kernels" : "kernel";
  const bias = biasTag(column, says, top);
  return html`<small class="row-tag" title=${both ? "left: the kernel now; right: as it was" : undefined} style=${{ left: `${kernel.x}px`, top: `${top}px` }}>${says}</small>
    ${bias && centred(bias.x, bias.y, "bias")}${centred(first.map.x + first.map.width / 2, top, "map")}`;
}

/** The scales in force, below a column. @param {{column: Column}} props */
function Foot({ column }) {
  slowTick.value;
  const { name, role } = column;
  const narrow = column.width < BOTH_ENDS_PX * drawingSize.value.type;
  const named = column.width >= NAMED_PX * drawingSize.value.type;
  if (scaleMode.value === "map" || role === "label" || role === "input")
    return html`<div class="foot"></div>`;
  const kind = replay.value ? kindAt(replay.value) : kernelKind.value;
  const kernels = role === "conv" || role === "classes";
  const words = {
    weight: role === "classes" ? "weights" : "kernels",
    gradient: "gradients",
    update: "updates",
  };
  const maps =
    replay.value && layersReached(replay.value, "backward").has(name) ? "gradient" : "value";
  const now = performance.now();
  return html`<div class="foot">
    ${kernels && html`<${ScaleBar} name=${named ? words[kind] : ""} ...${scales.ends("kernels", ofKind(kind), name, now)} narrow=${narrow} />`}
    ${role !== "classes" && html`<${ScaleBar} name=${kernels && named ? "maps" : ""} ...${scales.ends("maps", maps, name, now)} narrow=${narrow} />`}
  </div>`;
}

/** Where a column stands, and how it is seen beside an open filter. @param {Column} column */
const standing = (column) => ({
  class: `column ${column.role} ${column.above ? "under" : ""} ${column.away ? "away" : ""} ${openedFilter.value?.layer === column.name ? "opened" : ""} ${slowClass(column)}`,
  style: {
    left: `${column.x}px`,
    width: `${column.width}px`,
    "--maps": `${column.cells[0]?.map.x}px`,
  },
});

/** @param {{column: Column, x: number, away: boolean}} props `x`, `away`: its own, so that it is drawn again when it moves */
function Label({ column }) {
  const { layer } = column;
  const size = layer ? shapeText(layer.output_shape) : "";
  const tip = layer ? layerWords(layer) : "";
  return html`<div ...${standing(column)}>
    <button type="button" class="term upright" data-tip=${tip} style=${{ height: `${column.height}px` }}>
      <span>${layer && layerTitle(layer)} ${layer?.type === "Flatten" ? `to ${size}` : ""}</span></button>${isList(column) && html`<${FlattenList} column=${column} />`}
  </div>`;
}

/** What a phase that is of no single layer is about. @param {string} phase @param {Column} column */
function isOf(phase, { name, role }) {
  if (phase === "batch") return name === "input";
  if (phase === "loss") return role === "classes";
  return phase === "update" && (role === "conv" || role === "classes");
}

/** Whether slow motion is at this layer, or has not come to it. @param {Column} column */
function slowClass(column) {
  const slow = replay.value;
  if (!slow) return "";
  const { name } = column;
  const { phase, layer } = slow.phases[slow.at];
  if (layer === name || isOf(phase, column)) return "slow-now";
  if (phase === "update") return "";
  const known = layersReached(slow, phase === "backward" ? "backward" : "forward").has(name);
  return known || (name === "input" && phase !== "backward") ? "" : "slow-later";
}

/** @param {{column: Column, under: Column[], x: number}} props `under`: columns whose maps stand below its own; `x`:
 * its own, so that it is drawn again when it has moved */
export function ColumnView({ column, under }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const colours = palette.value;
  useLayoutEffect(() => {
    if (!canvas.current) return undefined;
    return attach(new Atlas(canvas.current, column, colours, devicePixelRatio));
  }, [column, colours]);
  if (column.role === "label")
    return html`<${Label} column=${column} x=${column.x} away=${column.away} />`;
  const sized = {
    width: `${column.width + 2 * MARGIN}px`,
    height: `${column.height + 2 * MARGIN}px`,
  };
  const what = column.layer
    ? `${column.name}: ${count(column.cells.length)} ${column.role === "conv" ? "filters and their maps" : "pictures"}`
    : "The input as the network sees it";
  const filters = column.role === "conv" || column.role === "classes";
  return html`<div ...${standing(column)} data-column=${column.name}>
    ${column.above ? html`<div class="head"></div>` : html`<${Head} column=${column} span=${column.span} under=${under} />`}
    <div class="plate" style=${{ height: `${column.height}px` }}>
      <canvas ref=${canvas} style=${sized} role="img" aria-label=${what}></canvas>
      ${filters && column.cells.map((cell, i) => html`<${FilterButton} key=${`filter${i}`} column=${column} cell=${cell} first=${i === 0} />`)}
      ${column.role !== "classes" && column.cells.map((cell, i) => html`<${MapButton} key=${`map${i}`} column=${column} cell=${cell} first=${i === 0} />`)}
      <${RowTags} column=${column} />
    </div>
    <${Foot} column=${column} />
  </div>`;
}
