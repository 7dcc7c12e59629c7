/** One column of the network: its title, its canvas, and a button over each filter and map. */
import { useEffect, useRef } from "preact/hooks";
import { count, plural, shape as shapeText, short } from "../format.js";
import { Atlas, MARGIN } from "../heatmap/atlas.js";
import { attach, palette, shown } from "../heatmap/painter.js";
import { html } from "../html.js";
import { openFilter } from "../intents.js";
import { hovered, kernelKind, run, scaleMode, slowTick } from "../state.js";
import { LAYER_WORDS, layerTitle, TERMS } from "../terms.js";
import { ClassBar } from "./classes.js";

/** @typedef {import("../layout.js").Column} Column @typedef {import("../layout.js").Cell} Cell */

/** The filter whose map a cell shows, through layers that keep their channels.
 * @param {Column} column @param {number} channel @returns {{layer: string, channel: number} | null} */
export function filterOf(column, channel) {
  if (["conv", "classes", "vector"].includes(column.role)) {
    return column.kernels ? { layer: column.name, channel } : null;
  }
  const { source } = column;
  return source && source.shape[0] === column.shape[0] && source.role !== "input"
    ? filterOf(source, channel)
    : null;
}

/** What a cell is called; people count from one, addresses from nought.
 * @param {Column} column @param {number} channel */
export function nameOf(column, channel) {
  if (column.role === "classes")
    return `${column.name}, ${run.value?.classes?.[channel] ?? `output ${channel}`}`;
  if (column.role === "conv") return `${column.name}, filter ${channel}`;
  if (column.role === "vector") return `${column.name}, ${column.shape[2]} values`;
  if (column.role === "input" && column.shape[0] === 3) {
    return ["input, in colour", "input, red", "input, green", "input, blue"][channel];
  }
  return `${column.name}, map ${channel}`;
}

/** @param {{column: Column}} props */
function Head({ column }) {
  const { layer } = column;
  if (!layer) {
    return html`<div class="head"><button type="button" class="term name" data-tip=${`What the network sees. ${TERMS.probe}`}>input</button>
      <span class="size">${shapeText(column.shape)}</span></div>`;
  }
  const tip = `${LAYER_WORDS[layer.type] ?? ""} ${layer.parameters ? `Parameters: ${layer.counted}.` : "No parameters."}`;
  return html`<div class="head">
    <button type="button" class="term name" data-tip=${tip}>${layer.name}</button>
    <span class="kind">${layerTitle(layer)}</span>
    <span class="size">${shapeText(layer.output_shape)}</span>
  </div>`;
}

/** The ends of the scales in force, below a column. @param {{column: Column}} props */
function Foot({ column }) {
  slowTick.value;
  const { extents } = shown;
  const mode = scaleMode.value;
  if (!extents || mode === "map" || column.role === "label" || column.role === "input")
    return html`<div class="foot"></div>`;
  const end = (/** @type {"maps" | "kernels"} */ what) => {
    const limit =
      mode === "network" ? extents.network[what] : extents[what].get(column.name)?.layer;
    return limit === undefined ? "–" : `±${short(limit)}`;
  };
  const kernels = column.role === "conv" || column.role === "classes";
  const words = { weight: "kernels", gradient: "gradients", update: "updates" }[kernelKind.value];
  return html`<div class="foot">
    ${kernels && html`<span>${column.role === "classes" && words === "kernels" ? "weights" : words} ${end("kernels")}</span>`}
    ${column.role !== "classes" && html`<span>${kernels && "maps "}${end("maps")}</span>`}
  </div>`;
}

/** @param {KeyboardEvent} event up and down go along the column */
function onArrow(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const next =
    event.key === "ArrowDown" ? button.nextElementSibling : button.previousElementSibling;
  if (next instanceof HTMLButtonElement) next.focus();
  event.preventDefault();
}

/** @param {{column: Column, cell: Cell, first: boolean}} props */
function CellButton({ column, cell, first }) {
  const place = { layer: column.name, channel: cell.channel };
  const filter = filterOf(column, cell.channel);
  const { x, y, width, height } = cell.whole;
  const on = hovered.value?.layer === place.layer && hovered.value.channel === place.channel;
  const kernels = column.role === "conv" ? `, ${plural(cell.kernels.length, "kernel")}` : "";
  return html`<button type="button" class=${`cell ${on ? "on" : ""} ${filter ? "" : "plain"}`}
    style=${{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}
    tabindex=${first ? 0 : -1} aria-label=${column.role === "classes" ? undefined : nameOf(column, cell.channel) + kernels}
    aria-haspopup=${filter ? "dialog" : undefined}
    onPointerEnter=${() => {
      hovered.value = place;
    }}
    onFocus=${() => {
      hovered.value = place;
    }}
    onPointerLeave=${() => {
      hovered.value = null;
    }}
    onBlur=${() => {
      hovered.value = null;
    }}
    onKeyDown=${onArrow}
    onClick=${() => filter && openFilter(filter.layer, filter.channel)}
  >${column.role === "classes" && html`<${ClassBar} index=${cell.channel} place=${cell} />`}</button>`;
}

/** @param {{column: Column}} props */
function Label({ column }) {
  const { layer } = column;
  const size = layer ? shapeText(layer.output_shape) : "";
  const tip = layer ? LAYER_WORDS[layer.type] : "";
  return html`<div class="column label" style=${{ left: `${column.x}px`, width: `${column.width}px` }}>
    <button type="button" class="term upright" data-tip=${tip} style=${{ height: `${column.height}px` }}>
      ${layer && layerTitle(layer)} ${layer?.type === "Flatten" ? `to ${size}` : ""}</button>
  </div>`;
}

/** @param {{column: Column}} props */
export function ColumnView({ column }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const colours = palette.value;
  useEffect(() => {
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
  return html`<div class=${`column ${column.role}`} style=${{ left: `${column.x}px`, width: `${column.width}px` }}>
    <${Head} column=${column} />
    <div class="plate" style=${{ height: `${column.height}px` }}>
      <canvas ref=${canvas} style=${sized} role="img" aria-label=${what}></canvas>
      ${column.cells.map((cell, i) => html`<${CellButton} key=${i} column=${column} cell=${cell} first=${i === 0} />`)}
    </div>
    <${Foot} column=${column} />
  </div>`;
}
