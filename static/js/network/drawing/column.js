/** One column of the network: its title, its canvas, and a button over each filter and map. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { count, shape as shapeText } from "../../shared/format.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { kindAt, layersReached } from "../slow-motion/phases.js";
import { kernelKind, replay, scaleMode, slowTick } from "../state.js";
import { layerTitle, layerWords, TERMS } from "../terms.js";
import { Atlas, MARGIN } from "./atlas.js";
import { FilterButton, MapButton } from "./buttons.js";
import { attach, scales } from "./painter.js";
import { ScaleBar } from "./scale-bar.js";
import { ofKind } from "./scales.js";

/** @typedef {import("./layout.js").Column} Column */

/** @param {{column: Column}} props */
function Head({ column }) {
  const { layer } = column;
  if (!layer) {
    return html`<div class="head"><button type="button" class="term name" data-tip=${`What the network sees. ${TERMS.probe}`}>input</button>
      <span class="size">${shapeText(column.shape)}</span></div>`;
  }
  const tip = `${layerWords(layer)} ${layer.parameters ? `Parameters: ${layer.counted}.` : "No parameters."}`;
  return html`<div class="head">
    <button type="button" class="term name" data-tip=${tip}>${layer.name}</button>
    <span class="kind">${layerTitle(layer)}</span>
    <span class="size">${shapeText(layer.output_shape)}</span>
  </div>`;
}

/** The scales in force, below a column. @param {{column: Column}} props */
function Foot({ column }) {
  slowTick.value;
  const { name, role } = column;
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
  return html`<div class="foot">
    ${kernels && html`<${ScaleBar} name=${words[kind]} held=${scales.of("kernels", ofKind(kind), name, 0)} />`}
    ${role !== "classes" && html`<${ScaleBar} name=${kernels ? "maps" : ""} held=${scales.of("maps", maps, name, 0)} />`}
  </div>`;
}

/** @param {{column: Column}} props */
function Label({ column }) {
  const { layer } = column;
  const size = layer ? shapeText(layer.output_shape) : "";
  const tip = layer ? layerWords(layer) : "";
  return html`<div class=${`column label ${slowClass(column)}`} style=${{ left: `${column.x}px`, width: `${column.width}px` }}>
    <button type="button" class="term upright" data-tip=${tip} style=${{ height: `${column.height}px` }}>
      ${layer && layerTitle(layer)} ${layer?.type === "Flatten" ? `to ${size}` : ""}</button>
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

/** @param {{column: Column}} props */
export function ColumnView({ column }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const colours = palette.value;
  useLayoutEffect(() => {
    if (!canvas.current) return undefined;
    return attach(new Atlas(canvas.current, column, colours, devicePixelRatio));
  }, [column, colours]);
  if (column.role === "label") return html`<${Label} column=${column} />`;
  const sized = {
    width: `${column.width + 2 * MARGIN}px`,
    height: `${column.height + 2 * MARGIN}px`,
  };
  const what = column.layer
    ? `${column.name}: ${count(column.cells.length)} ${column.role === "conv" ? "filters and their maps" : "pictures"}`
    : "The input as the network sees it";
  const filters = column.role === "conv" || column.role === "classes";
  return html`<div class=${`column ${column.role} ${slowClass(column)}`} data-column=${column.name} style=${{ left: `${column.x}px`, width: `${column.width}px` }}>
    <${Head} column=${column} />
    <div class="plate" style=${{ height: `${column.height}px` }}>
      <canvas ref=${canvas} style=${sized} role="img" aria-label=${what}></canvas>
      ${filters && column.cells.map((cell, i) => html`<${FilterButton} key=${`filter${i}`} column=${column} cell=${cell} first=${i === 0} />`)}
      ${column.cells.map((cell, i) => html`<${MapButton} key=${`map${i}`} column=${column} cell=${cell} first=${i === 0} />`)}
    </div>
    <${Foot} column=${column} />
  </div>`;
}
