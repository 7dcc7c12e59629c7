/**
 * How a pixel enters a network, as numbers and in words.
 *
 * @typedef {import("../../shared/heatmap/cells.js").PixelNumbers} PixelNumbers
 */

/** What a pixel enters as, as float32 has it at each step. @param {PixelNumbers} numbers @param {number} level */
export function valueOfPixel({ scale, mean, std }, level) {
  const { fround } = Math;
  const scaled = scale === 1 / 255 ? fround(level / 255) : fround(level * fround(scale));
  return fround(fround(scaled - fround(mean)) / fround(std));
}

/** The arithmetic after the pixel's level: "÷ 255 − 0.286, then ÷ 0.353". @param {PixelNumbers} numbers */
export function arithmeticText({ scale, mean, std }) {
  const scaled = scale === 1 / 255 ? "× 1/255" : `× ${scale}`;
  const shifted = mean === 0 ? "" : mean < 0 ? ` + ${-mean}` : ` − ${mean}`;
  return `${scaled}${shifted}${std === 1 ? "" : `, divided by ${std}`}`;
}
