/**
 * A convolution's filter unfolded: each map that it reads, the kernel for it, and what that kernel alone makes
 * of it.
 */
import { keyOf } from "../../shared/frame.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { greyCells, mapCells, valueCells } from "../../shared/heatmap/cells.js";
import { palette } from "../../shared/heatmap/palette.js";
import { shareOfGrid } from "../../shared/heatmap/pointer.js";
import { html } from "../../shared/html.js";
import { patchOf } from "../../shared/receptive-field.js";
import { sourceChannel } from "../drawing/columns.js";
import { HeldLimit } from "../drawing/held-limit.js";
import { inputName } from "../drawing/names.js";
import { scales } from "../drawing/painter.js";
import { ScaleBar } from "../drawing/scale-bar.js";
import { fittingSize } from "../drawing/scales.js";
import { exact } from "../explain/digits.js";
import { explained } from "../explain/explanation.js";
import { same } from "../explain/places.js";
import { drawingSize, openedFilter, plan, preprocessing, slowTick } from "../state.js";
import { channelMap, geometryOf, mapValues } from "./channel-map.js";
import { kernelWidth } from "./kernel-width.js";
import { openValue } from "./sweep.js";

/** @typedef {import("../drawing/layout.js").Column} Column @typedef {import("../../shared/frame.js").Frame} Frame */

const ROOMY = 660; // width at which one kernel has room for large cells, at the usual size of letters
const WANTED_MANY = 760; // width at which kernels with their maps in a row stand two by two
const STACKED_PX = 40;
const TIGHT_FEW = 610;
const TIGHT = 780; // width in which many kernels stand two by two
const MOST_PX = 76;

/* What a single kernel's chain is fitted by, at the usual size of letters, CSS pixels. */
const SUM = 228; // width of the sum column
const BESIDE = 94; // paddings, gaps and signs in a line with it
const ABOVE = 56; // the names over the first map
const AROUND = 240; // title, sentence, strip and tools, over and below the chain
const BETWEEN = 24; // its two maps
const MAP = 88;
const OWN_SIDE = 1.5; // times as large as its sum, where there is room
const LARGEST = 2;
const TALL = 530; // width of the place, from which on
const LOW_PX = 800;
const LINES_BELOW = { head: 112, low: 84 };

/** Width of the place, CSS pixels. */
const placeWidth = () =>
  plan.value?.view?.width ?? drawingSize.value.width - (plan.value?.answers?.width ?? 0);

/** Whether one kernel stands, with its numbers, beside its two maps, one over the other, in all of its place.
 * @param {Column} column */
export const isTall = ({ kernels, kernel }) =>
  kernels === 1 &&
  Math.max(...(kernel ?? [99])) <= 7 &&
  placeWidth() >= TALL * drawingSize.value.type;

/** How many times as large as usual a single kernel's chain and its sum fit. @param {Column} column */
function tallSizes(column) {
  const now = /** @type {import("../drawing/layout.js").Plan} */ (plan.value);
  const { type } = drawingSize.value;
  const all = !now.view || innerHeight <= LOW_PX; // it has the place of the lines below the drawing, too
  const below = LINES_BELOW.head + (all ? LINES_BELOW.low : 0);
  const width = placeWidth() / type - BESIDE;
  const height = now.height / type + below - AROUND - ABOVE - BETWEEN;
  const chain = MAP + kernelWidth(column.kernel?.[1] ?? 1, "roomy");
  const high = height / (2 * MAP);
  const sum = Math.min(width / (OWN_SIDE * chain + SUM), high / OWN_SIDE, LARGEST);
  const own = Math.min((width - SUM * Math.max(1, sum)) / chain, high);
  return { sum: Math.max(1, sum), own: Math.max(0.75, own) };
}

/** The column whose filter is open. */
const openColumn = () => plan.value?.columns.find(({ name }) => name === openedFilter.value?.layer);

/** How many times as large as usual a chain's sum is drawn; that of many kernels, too. */
export function stretched() {
  const column = openColumn();
  if (column && isTall(column)) return tallSizes(column).sum;
  return plan.value?.view?.stretch ?? 1;
}

/** How many times as large as usual kernels and their maps are drawn. @param {Column} column */
export const kernelStretch = (column) => (isTall(column) ? tallSizes(column).own : stretched());

/** Of a part of the chain, CSS pixels. @param {number} px at the usual size of letters */
export const chainPx = (px) => Math.round(px * drawingSize.value.type * stretched());

/** Width of the view, at the usual size of letters and of the chain. */
const viewWidth = () => placeWidth() / drawingSize.value.type / stretched();

/** Whether there is room for large cells and maps. @param {Column} column */
export const isRoomy = (column) => isTall(column) || (column.kernels <= 3 && viewWidth() >= ROOMY);

/** Whether each kernel stands beside its two maps, one over the other: of many, two then stand side by side.
 * @param {Column} column */
export const isStacked = (column) =>
  isTall(column) || (column.kernels > 3 && viewWidth() < WANTED_MANY);

/** Whether even a few kernels have no room for usual cells. @param {Column} column */
export const isTight = (column) =>
  !isTall(column) && (column.kernels > 3 || viewWidth() < TIGHT_FEW);

/** Of a map in the chain, CSS pixels. @param {Column} column */
export function mapPx(column) {
  if (isTall(column)) return Math.round(MAP * drawingSize.value.type * kernelStretch(column));
  if (isStacked(column)) return chainPx(STACKED_PX);
  if (column.kernels <= 3 && isTight(column)) return chainPx(48);
  const spare = (viewWidth() - TIGHT) / 4; // two channels side by side, each with two maps
  if (column.kernels > 3) return chainPx(Math.max(48, Math.min(MOST_PX, 48 + spare)));
  return chainPx(isRoomy(column) ? 88 : 64);
}

const MOST_MAPS = 16; // kernels whose own maps are shown

/** The value that is open, and its parts as the server has them. @param {Column} column @param {number} channel */
export function openSums(column, channel) {
  const open = openValue(column, channel);
  const now = explained.value;
  const known = now?.answer?.kind === "convolution" && same(now.place, open) ? now.answer : null;
  return { open, known };
}

/** The maps that a column reads, as the frame has them. @param {Frame} frame @param {Column} source */
const sectionOf = (frame, source) =>
  frame.sections.get(source.role === "input" ? keyOf("", "input") : keyOf(source.name, "output"));

/** A part of a map, outlined; what lies beyond its edge is zeros. @param {{column: Column, y: number, x: number}} props */
function PatchMark({ column, y, x }) {
  const patch = column.layer && patchOf(column.layer, y, x);
  const [, rows, cols] = column.source?.shape ?? [1, 1, 1];
  if (!patch) return null;
  const cells = { x: patch.left, y: patch.top, width: patch.columns, height: patch.rows };
  return html`<span class="mark" style=${shareOfGrid(cells, rows, cols)}></span>`;
}

/** The zeros around a map, as a frame. @param {{column: Column}} props */
function PaddingFrame({ column }) {
  const { padding } = geometryOf(/** @type {any} */ (column.layer));
  const [, rows, cols] = column.source?.shape ?? [1, 1, 1];
  if (!padding[0] && !padding[1]) return null;
  const cells = {
    x: -padding[1],
    y: -padding[0],
    width: cols + 2 * padding[1],
    height: rows + 2 * padding[0],
  };
  return html`<span class="zeros" title="padding: zeros around the map" style=${shareOfGrid(cells, rows, cols)}></span>`;
}

/** The map that a kernel reads. @param {{column: Column, read: number, frame: Frame, open: any}} props */
export function InputMap({ column, read, frame, open }) {
  const source = /** @type {Column} */ (column.source);
  const section = sectionOf(frame, source);
  const [, rows, cols] = source.shape;
  if (!section?.ranges) return null;
  const limit = scales.limit("maps", "value", source.name, read);
  const cells = () =>
    source.role === "input"
      ? greyCells(section, read, preprocessing.peek())
      : mapCells(section, read, palette.value.diverging, limit);
  return html`<${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${mapPx(column)} stamp=${slowTick.value} label=${`The map that this kernel reads: ${inputName(column, read)}`}>
    <${PaddingFrame} column=${column} />${open && html`<${PatchMark} column=${column} y=${open.y} x=${open.x} />`}<//>`;
}

/** The scale of what a filter's kernels make, for as long as it is open. */
const made = { of: "", held: new HeldLimit() };

/**
 * What each kernel alone makes of its map, on one scale. @param {Column} column @param {number} channel
 * @param {Float32Array} weights of the filter @param {Frame} frame
 * @returns {{maps: Float32Array[], limit: number}} of the first kernels
 */
export function channelMaps(column, channel, weights, frame) {
  const section = sectionOf(frame, /** @type {Column} */ (column.source));
  if (!section?.ranges || !column.kernel || !column.layer) return { maps: [], limit: 0 };
  const [high, wide] = column.kernel;
  const [, rows, cols] = column.shape;
  const geometry = geometryOf(column.layer);
  const maps = Array.from({ length: Math.min(MOST_MAPS, column.kernels) }, (_, k) => {
    const values = weights.subarray(k * high * wide, (k + 1) * high * wide);
    const map = mapValues(section, sourceChannel(column, channel, k));
    return channelMap(map, { values, rows: high, cols: wide }, geometry, rows, cols);
  });
  const of = `${frame.header.run} ${column.name} ${channel}`;
  if (made.of !== of) Object.assign(made, { of, held: new HeldLimit() });
  const size = Math.max(...maps.map(fittingSize));
  const { step, reason } = frame.header;
  made.held.take(size, step, performance.now(), reason === "train");
  return { maps, limit: made.held.limit };
}

/** What a kernel alone makes of its map; the number at the window is the server's.
 * @param {{column: Column, channel: number, k: number, maps: ReturnType<typeof channelMaps>}} props */
export function ChannelMap({ column, channel, k, maps }) {
  const [, rows, cols] = column.shape;
  const values = maps.maps[k];
  if (!values) return null;
  const cells = () => valueCells(values, 0, values.length, palette.value.diverging, maps.limit);
  const { open, known } = openSums(column, channel);
  const read = sourceChannel(column, channel, k);
  const sum = known?.channels.find((/** @type {any} */ one) => one.channel === read)?.sum;
  return html`<figure class="channel-map"><${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${mapPx(column)} stamp=${slowTick.value} label=${`What kernel ${k} alone makes of it`}>
    ${open && html`<span class="mark" style=${shareOfGrid(open, rows, cols)}></span>`}<//>
    <figcaption>${sum === undefined ? "" : exact(sum)}</figcaption></figure>`;
}

/** The scale that these maps share. @param {{limit: number}} props */
export const ChannelScale = ({ limit }) =>
  html`<p class="channel-scale"><span>each kernel's own map</span><${ScaleBar} name="" limit=${limit} /></p>`;
