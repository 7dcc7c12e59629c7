/**
 * Which layers of a large network are shown at first, and what of a large layer is in view: arithmetic alone. What is
 * shown has the shapes of what is in view, so that all that draws it needs not know of the rest.
 *
 * @typedef {import("../../shared/types.js").Layer} Layer @typedef {import("../../shared/frame.js").Section} Section
 */

export const MOST_LAYERS = 12;
export const FILTERS = 16;
const CHANNELS = 16;
const WEIGHTY = ["Conv2d", "Linear"];

/** The part of a name before its first dot. @param {string} name */
export const moduleOf = (name) => (name.includes(".") ? name.slice(0, name.indexOf(".")) : "");

/** Those that are shown at first: all of a small network; of a large one each module's first with weights, what stands
 * alone, and the last. @param {Layer[]} known @returns {Layer[]} */
export function firstChoice(known) {
  if (known.length <= MOST_LAYERS) return known;
  const seen = new Set();
  const telling = known.filter((layer) => {
    const module = moduleOf(layer.name);
    if (!module) return true;
    if (seen.has(module) || !WEIGHTY.includes(layer.type)) return false;
    return seen.add(module);
  });
  const last = known[known.length - 1];
  const some = telling.filter((layer) => layer !== last).slice(0, MOST_LAYERS - 1);
  return [...some, last];
}

/** @param {number} size @param {number} first @param {number} most how many of it are in view, and the first of them */
function cut(size, first, most) {
  const count = Math.min(size, most);
  return { count, first: Math.max(0, Math.min(first, size - count)) };
}

/** What is in view of a layer, as a layer of its own; its `window` says of what. @param {Layer} layer @param {number} from */
export function inView(layer, from) {
  if (layer.output_shape.length !== 3 || layer.output_shape[0] <= FILTERS) {
    if (layer.type !== "Conv2d" || (layer.weight_shape?.[1] ?? 0) <= CHANNELS) return layer;
  }
  const filters = cut(layer.output_shape[0], from, FILTERS);
  const [, read, ...kernel] = layer.weight_shape ?? [];
  const channels = Math.min(read ?? 1, CHANNELS);
  const weight = layer.weight_shape && [filters.count, ...(read ? [channels, ...kernel] : [])];
  return {
    ...layer,
    output_shape: [filters.count, ...layer.output_shape.slice(1)],
    weight_shape: weight,
    bias_shape: layer.bias_shape && [filters.count],
    window: { first: filters.first, of: layer.output_shape[0], channels, read: read ?? 1 },
  };
}

/** A layer, and those that make one map of each of its maps, which are shown together with it.
 * @param {Layer[]} known @param {string} name */
export function withFollowers(known, name) {
  const found = [name];
  const channels = known.find((layer) => layer.name === name)?.output_shape[0];
  for (const layer of known) {
    const follows = layer.type !== "Conv2d" && layer.output_shape.length === 3;
    if (follows && layer.output_shape[0] === channels && found.includes(layer.reads ?? ""))
      found.push(layer.name);
  }
  return found;
}

/** The numbers of a run of channels. @param {Section} section @param {number} from @param {number} count */
function rowsOf(section, from, count) {
  const size = section.values.length / section.shape[0];
  return {
    ...section,
    shape: [count, ...section.shape.slice(1)],
    values: section.values.subarray(from * size, (from + count) * size),
    ranges: section.ranges && section.ranges.subarray(2 * from, 2 * (from + count)),
  };
}

/** Fewer channels of each kernel. @param {Section} section @param {number} count */
function fewerChannels(section, count) {
  const [filters, channels, ...kernel] = section.shape;
  const size = kernel.reduce((product, side) => product * side, 1);
  const values = new Float32Array(filters * count * size);
  for (let f = 0; f < filters; f++)
    values.set(
      section.values.subarray(f * channels * size, (f * channels + count) * size),
      f * count * size,
    );
  return { ...section, shape: [filters, count, ...kernel], values };
}

/** A section as what is in view of its layer, where others asked for more; null where it has too little.
 * @param {Section} section @param {Layer | undefined} layer @returns {Section | null} */
export function fittedTo(section, layer) {
  if (!layer?.window) return section;
  const [count] = layer.output_shape;
  const from = layer.window.first - (section.first?.[0] ?? 0);
  if (from < 0 || from + count > section.shape[0]) return null;
  const rows = from || section.shape[0] !== count ? rowsOf(section, from, count) : section;
  const narrow = section.tensor === "weight" && rows.shape[1] > layer.window.channels;
  return narrow ? fewerChannels(rows, layer.window.channels) : rows;
}
