/**
 * Numbers to colours. Signed things share one diverging scale: positive blue, negative orange, zero
 * the paper's own colour; blue against orange stays apart in every common colour blindness.
 * Colours are packed for little-endian ImageData: 0xAABBGGRR.
 */

/** Steps on each side of zero. */
const SIDE = 255;
const FAINT = 0.7; // below 1: what is small beside the largest is still seen
const OPAQUE = 0xff000000;

/** What a NaN or an infinity is painted with: neither sign, and not the paper. */
const BROKEN = [200, 40, 120];

/** From just beyond zero to the end of the scale, for each theme. */
const STOPS = {
  light: {
    positive: ["#9ec7f0", "#2f7fd6", "#0b3b82"],
    negative: ["#f6c08a", "#df7414", "#8a3b00"],
  },
  dark: {
    positive: ["#1f4a7a", "#3f8fe0", "#b5dbff"],
    negative: ["#6b3d14", "#d97a20", "#ffd9a8"],
  },
};

/** @typedef {"light" | "dark"} Theme @typedef {[number, number, number]} Rgb 0 … 255 */

/** @param {string} hex #rrggbb @returns {Rgb} */
export function parseHex(hex) {
  const n = Number.parseInt(hex.trim().slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** @param {number} r @param {number} g @param {number} b @returns {number} */
export const pack = (r, g, b) => (OPAQUE | (b << 16) | (g << 8) | r) >>> 0;

/** @param {number} packed @returns {Rgb} */
export const unpack = (packed) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];

const toLinear = (/** @type {number} */ c) => (c / 255) ** 2.2;
const toSrgb = (/** @type {number} */ c) => Math.round(255 * Math.max(0, c) ** (1 / 2.2));

/** Between two colours, in light and not in code values. @param {Rgb} a @param {Rgb} b @param {number} t */
function mix(a, b, t) {
  const [r, g, bl] = a.map((c, i) => toSrgb(toLinear(c) * (1 - t) + toLinear(b[i]) * t));
  return pack(r, g, bl);
}

/** @param {Rgb[]} stops @param {number} t 0 … 1 */
function along(stops, t) {
  const at = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  return mix(stops[i], stops[i + 1], at - i);
}

/**
 * The diverging scale: 511 colours, the middle one is the paper.
 * @param {Theme} theme @param {string} paper #rrggbb
 * @returns {Uint32Array}
 */
export function divergingTable(theme, paper) {
  const table = new Uint32Array(2 * SIDE + 1);
  const zero = parseHex(paper);
  const up = [zero, ...STOPS[theme].positive.map(parseHex)];
  const down = [zero, ...STOPS[theme].negative.map(parseHex)];
  for (let i = 0; i <= SIDE; i++) {
    table[SIDE + i] = along(up, (i / SIDE) ** FAINT);
    table[SIDE - i] = along(down, (i / SIDE) ** FAINT);
  }
  table[SIDE] = pack(...zero);
  return table;
}

/** Black to white: pictures are grey. @returns {Uint32Array} 256 colours */
export function greyTable() {
  return Uint32Array.from({ length: 256 }, (_, i) => pack(i, i, i));
}

/** The colour of what is no number. */
export const brokenColour = pack(BROKEN[0], BROKEN[1], BROKEN[2]);

/**
 * The colour of one value on a symmetric scale −limit … +limit. A limit of 0 (a constant map of
 * zeros) is neutral, and nothing is divided by it.
 * @param {Uint32Array} table from `divergingTable` @param {number} value @param {number} limit
 */
export function colourOf(table, value, limit) {
  if (!Number.isFinite(value)) return brokenColour;
  if (!(limit > 0)) return table[SIDE];
  const away = Math.round(Math.min(1, Math.abs(value) / limit) * SIDE);
  return table[value < 0 ? SIDE - away : SIDE + away];
}

/**
 * For a map of bytes lo … hi: the colour of each of the 256 bytes, written into `out`.
 * @param {Uint32Array} out @param {Uint32Array} table @param {number} lo @param {number} hi @param {number} limit
 */
export function fillMapTable(out, table, lo, hi, limit) {
  const step = (hi - lo) / 255;
  for (let q = 0; q < 256; q++) out[q] = colourOf(table, lo + q * step, limit);
  return out;
}

/** Half the scale: the largest size among the values. @param {ArrayLike<number>} values @param {number} from @param {number} to */
export function largest(values, from, to) {
  let most = 0;
  for (let i = from; i < to; i++) {
    const size = Math.abs(values[i]);
    if (size > most && size < Number.POSITIVE_INFINITY) most = size;
  }
  return most;
}

/** @param {number} packed @returns {string} for CSS */
const css = (packed) => `rgb(${unpack(packed).join(" ")})`;

/** Relative luminance of one channel: WCAG 2.2. @param {number} c 0 … 255 */
const luminance = (c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);

/** Whether black text reads better on a colour than white text. @param {number} packed */
export function isLight(packed) {
  const [r, g, b] = unpack(packed).map(luminance);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179;
}

/** A colour, and the ink that is read on it, as a style. @param {number} packed */
export const inkOn = (packed) => ({
  background: css(packed),
  color: isLight(packed) ? "#000" : "#fff",
});

/** @param {number} value 0 … 1 @returns {number} packed */
export function greyOf(value) {
  const tone = Math.round(255 * Math.max(0, Math.min(1, value)));
  return pack(tone, tone, tone);
}
