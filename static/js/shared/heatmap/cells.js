/** Sections of a frame to packed colours, one cell a number; no canvas. */
import { brokenColour, colourOf, fillMapTable, pack } from "./colour.js";

/** @typedef {import("../frame.js").Section} Section
 * @typedef {{scale: number, mean: number | number[], std: number | number[]}} Preprocessing of a recipe's data
 * @typedef {Preprocessing | null | undefined} Entered how the input's pixels became its values
 * @typedef {{scale: number, mean: number, std: number}} PixelNumbers of one channel: (level × scale − mean) / std */

const table = new Uint32Array(256);
let scratch = new Uint32Array(4096);

/** A buffer that is used again for each picture. @param {number} n */
function cells(n) {
  if (scratch.length < n) scratch = new Uint32Array(n * 2);
  return scratch;
}

/**
 * One channel of a u8 section on the diverging scale.
 * @param {Section} section @param {number} channel @param {Uint32Array} diverging @param {number} limit
 * @returns {Uint32Array} valid until the next call
 */
export function mapCells(section, channel, diverging, limit) {
  const n = section.shape[1] * section.shape[2];
  const ranges = /** @type {Float32Array} */ (section.ranges);
  fillMapTable(table, diverging, ranges[2 * channel], ranges[2 * channel + 1], limit);
  const out = cells(n);
  const { values } = section;
  for (let i = 0, at = channel * n; i < n; i++) out[i] = table[values[at + i]];
  return out;
}

/**
 * A run of f32 values on the diverging scale.
 * @param {ArrayLike<number>} values @param {number} from @param {number} n
 * @param {Uint32Array} diverging @param {number} limit
 */
export function valueCells(values, from, n, diverging, limit) {
  const out = cells(n);
  for (let i = 0; i < n; i++) out[i] = colourOf(diverging, values[from + i], limit);
  return out;
}

/** One channel of the input as grey. @param {Section} section @param {number} channel @param {Entered} entered */
export function greyCells(section, channel, entered) {
  const n = section.shape[1] * section.shape[2];
  const tone = tones(section, channel, entered);
  const out = cells(n);
  for (let i = 0; i < n; i++) {
    const t = tone[section.values[channel * n + i]];
    out[i] = pack(t, t, t);
  }
  return out;
}

/** The three channels of the input as one picture in its own colours. @param {Section} section @param {Entered} entered */
export function colourCells(section, entered) {
  const n = section.shape[1] * section.shape[2];
  const [red, green, blue] = [0, 1, 2].map((channel) => tones(section, channel, entered));
  const { values } = section;
  const out = cells(n);
  for (let i = 0; i < n; i++) {
    out[i] = pack(red[values[i]], green[values[n + i]], blue[values[2 * n + i]]);
  }
  return out;
}

/** @param {number | number[]} numbers one for all channels, or one for each @param {number} channel */
const ofChannel = (numbers, channel) =>
  Array.isArray(numbers) ? (numbers.length === 1 ? numbers[0] : numbers[channel]) : numbers;

/** Of one channel; without preprocessing pixels enter in 0 … 1.
 * @param {Preprocessing | null | undefined} preprocessing @param {number} channel @returns {PixelNumbers} */
export const pixelNumbers = (preprocessing, channel) =>
  preprocessing
    ? {
        scale: preprocessing.scale,
        mean: ofChannel(preprocessing.mean, channel),
        std: ofChannel(preprocessing.std, channel),
      }
    : { scale: 1 / 255, mean: 0, std: 1 };

/** The pixel, 0 … 255, that entered as this value; not rounded. @param {PixelNumbers} numbers @param {number} value */
export const pixelOf = ({ scale, mean, std }, value) =>
  scale === 1 / 255 ? 255 * (value * std + mean) : (value * std + mean) / scale;

/** Which pixel, 0 … 255, each byte of a channel is. @param {Section} section @param {number} channel @param {Entered} entered */
function tones(section, channel, entered) {
  const ranges = /** @type {Float32Array} */ (section.ranges);
  const [lo, hi] = [ranges[2 * channel], ranges[2 * channel + 1]];
  const numbers = pixelNumbers(entered, channel);
  return Uint8ClampedArray.from({ length: 256 }, (_, q) =>
    pixelOf(numbers, lo + (q / 255) * (hi - lo)),
  );
}

/**
 * A filter over three channels as one picture: each channel's weights around a middle grey.
 * @param {Float32Array} values of the filter, (3, rows, columns) @param {number} limit
 */
export function filterImage(values, limit) {
  const n = values.length / 3;
  const out = cells(n);
  const tone = (/** @type {number} */ v) =>
    Math.round(127.5 + (limit > 0 ? 127.5 * (v / limit) : 0));
  for (let i = 0; i < n; i++) {
    const [r, g, b] = [values[i], values[n + i], values[2 * n + i]];
    const finite = Number.isFinite(r + g + b);
    out[i] = finite ? pack(tone(r), tone(g), tone(b)) : brokenColour;
  }
  return out;
}
