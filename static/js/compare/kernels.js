/** Kernels on a canvas, and the bar of their scale. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { short, withMinus } from "../shared/format.js";
import { valueCells } from "../shared/heatmap/cells.js";
import { palette as colours } from "../shared/heatmap/palette.js";
import { blit, fill } from "../shared/heatmap/raster.js";
import { html } from "../shared/html.js";
import { placeOf, weightAt } from "./kernel-layout.js";
import { pointedWeight } from "./state.js";

/** @typedef {import("./kernel-layout.js").Size} Size @typedef {import("./kernel-layout.js").Tiling} Tiling */

const COUNTABLE = 5; // px a cell needs before lines between cells are drawn
const EDGE = 1; // px of room for the frames of the outermost kernels

/**
 * @param {HTMLCanvasElement} canvas @param {Size} size @param {Tiling} tiling
 * @param {Float32Array} values @param {number} limit
 */
function paint(canvas, size, tiling, values, limit) {
  const palette = colours.peek();
  const dpr = devicePixelRatio || 1;
  const px = (/** @type {number} */ length) => Math.round((length + EDGE) * dpr);
  canvas.width = px(tiling.width + EDGE);
  canvas.height = px(tiling.height + EDGE);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const raster = { pixels, width: canvas.width, height: canvas.height };
  const each = size.rows * size.cols;
  const hair = Math.max(1, Math.round(dpr));
  const gap = tiling.cell >= COUNTABLE ? hair : 0;
  for (let filter = 0; filter < tiling.shown; filter++) {
    for (let channel = 0; channel < tiling.perFilter; channel++) {
      const { x, y, width, height } = placeOf(tiling, size, filter, channel);
      const rect = {
        x: px(x),
        y: px(y),
        width: px(x + width) - px(x),
        height: px(y + height) - px(y),
      };
      const { x: left, y: top } = rect;
      const frame = {
        x: left - hair,
        y: top - hair,
        width: rect.width + 2 * hair,
        height: rect.height + 2 * hair,
      };
      fill(raster, frame, palette.line);
      const from = (filter * size.channels + channel) * each;
      const cells = valueCells(values, from, each, palette.diverging, limit);
      blit(raster, rect, cells, size.rows, size.cols, gap);
    }
  }
  context.putImageData(image, 0, 0);
}

/** Where the pointed weight lies, in each panel. @param {{size: Size, tiling: Tiling}} props */
function Pointer({ size, tiling }) {
  const at = pointedWeight.value;
  if (!at || at.filter >= tiling.shown || at.channel >= tiling.perFilter) return null;
  const { x, y } = placeOf(tiling, size, at.filter, at.channel);
  const style = {
    left: `${x + at.col * tiling.cell}px`,
    top: `${y + at.row * tiling.cell}px`,
    width: `${tiling.cell + 2}px`,
    height: `${tiling.cell + 2}px`,
  };
  return html`<i class="pointer" style=${style} />`;
}

/** @param {{size: Size, tiling: Tiling, values: Float32Array, limit: number, label: string}} props */
export function KernelPanel({ size, tiling, values, limit, label }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const painted = colours.value;
  const laid = JSON.stringify([size, tiling]);
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, size, tiling, values, limit);
  }, [laid, values, limit, painted]);
  const onMove = (/** @type {PointerEvent} */ event) => {
    const box = /** @type {HTMLElement} */ (canvas.current).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - EDGE, event.clientY - box.top - EDGE];
    pointedWeight.value = weightAt(tiling, size, x, y);
  };
  const style = { width: `${tiling.width + 2 * EDGE}px`, height: `${tiling.height + 2 * EDGE}px` };
  return html`<div class="panel" style=${style}>
    <canvas ref=${canvas} style=${style} role="img" aria-label=${label}
      onPointerMove=${onMove} onPointerDown=${onMove} />
    <${Pointer} size=${size} tiling=${tiling} />
  </div>`;
}

const BAR = 128; // colours

/** The scale, from its most negative to its most positive end. @param {{limit: number}} props */
export function ColourBar({ limit }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const { diverging } = colours.value;
  useLayoutEffect(() => {
    const ramp = Float32Array.from({ length: BAR }, (_, i) => (2 * i) / (BAR - 1) - 1);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.current?.getContext("2d"));
    const image = context.createImageData(BAR, 1);
    const cells = valueCells(ramp, 0, BAR, diverging, 1);
    new Uint32Array(image.data.buffer).set(cells.subarray(0, BAR));
    context.putImageData(image, 0, 0);
  }, [diverging]);
  const end = short(limit);
  return html`<span class="bar-of"><span>${withMinus(`-${end}`)}</span>
    <canvas ref=${canvas} width=${BAR} height="1" role="img"
      aria-label=${`Colours from minus ${end}, orange, through 0 to plus ${end}, blue`} />
    <span>+${end}</span></span>`;
}
