/**
 * How a picture's pixels enter a network: (level × scale − mean) / std, as its recipe says.
 *
 * @typedef {{scale: number, mean: number | number[], std: number | number[]}} Preprocessing of a recipe's data
 * @typedef {{scale: number, mean: number, std: number}} PixelNumbers of one channel
 */

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
