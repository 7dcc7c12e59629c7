/**
 * The colour scales in force: of each cell of a column, of its layer, or of the whole network; all of
 * them hold still. One value has one colour wherever it is drawn, since all ask here.
 *
 * @typedef {import("./layout.js").Column} Column
 * @typedef {import("../../shared/frame.js").Frame} Frame
 * @typedef {import("../../shared/frame.js").Section} Section
 * @typedef {"map" | "layer" | "network"} Mode
 * @typedef {"maps" | "kernels"} What
 */

import { keyOf } from "../../shared/frame.js";
import { largest } from "../../shared/heatmap/colour.js";
import { HeldLimit } from "./held-limit.js";

const SHARE = 0.995; // of a layer's weights that must fit
const BINS = 256;
const MOST_LOOKED_AT = 65_536; // weights of a layer; of more, a part
const TOLD_MS = 4000; // how long a new scale is pointed out
const PASSING = ["train"]; // frames after which another comes at once

/** What of a weight the kernels show: `value`, `gradient` or `update`.
 * @param {string} kind weight, gradient or update */
export const ofKind = (kind) => (kind === "weight" ? "value" : kind);

/** What a section's numbers are: in slow motion a map's place shows its gradient.
 * @param {Section & {shows?: string}} section */
export const meaning = (section) => section.shows ?? section.of;

/**
 * The size that nearly all of many values fit below: of few, the largest.
 * @param {ArrayLike<number>} values
 */
export function fittingSize(values) {
  const most = largest(values, 0, values.length);
  if (values.length < BINS || !(most > 0)) return most;
  const stride = Math.ceil(values.length / MOST_LOOKED_AT);
  const counts = new Uint32Array(BINS + 1);
  let seen = 0;
  for (let i = 0; i < values.length; i += stride) {
    const size = Math.abs(values[i]);
    if (size > most || !(size >= 0)) continue; // no number
    counts[Math.floor((size / most) * BINS)] += 1;
    seen += 1;
  }
  return topOf(counts, seen, most);
}

/** The size that nearly all values of maps fit below. @param {Section} section u8, with each channel's range */
export function fittingMapSize({ values, ranges, shape }) {
  const ends = /** @type {Float32Array} */ (ranges);
  const most = largest(ends, 0, ends.length);
  if (values.length < BINS || !(most > 0)) return most;
  const each = values.length / shape[0];
  const stride = Math.ceil(values.length / MOST_LOOKED_AT);
  const counts = new Uint32Array(BINS + 1);
  let seen = 0;
  for (let i = 0; i < values.length; i += stride) {
    const c = Math.floor(i / each);
    const [lo, hi] = [ends[2 * c], ends[2 * c + 1]];
    counts[Math.floor((Math.abs(lo + (values[i] / 255) * (hi - lo)) / most) * BINS)] += 1;
    seen += 1;
  }
  return topOf(counts, seen, most);
}

/** Where all but the largest few of the counted sizes end. @param {Uint32Array} counts by size @param {number} seen @param {number} most the largest size */
function topOf(counts, seen, most) {
  let above = 0;
  for (let bin = BINS; bin >= 0; bin--) {
    above += counts[bin];
    if (above > (1 - SHARE) * seen) return (most * Math.min(BINS, bin + 1)) / BINS;
  }
  return most;
}

/** @param {Section} section of maps: each channel's range @param {number} channel */
const mapSize = (section, channel) =>
  largest(/** @type {Float32Array} */ (section.ranges), 2 * channel, 2 * channel + 2);

/** @param {Section} section of weights, its first axis the filters @param {number} filter */
function filterSize({ values, shape }, filter) {
  const each = values.length / shape[0];
  return largest(values, filter * each, (filter + 1) * each);
}

export class Scales {
  /** @type {Map<string, HeldLimit>} */
  #held = new Map();
  /** @type {Frame | null} */
  #seen = null;
  #mode = "";

  /**
   * A frame that is about to be painted; the same one again changes nothing.
   * @param {Frame} frame @param {Column[]} columns @param {Mode} mode what shares a scale
   * @param {number} nowMs a clock
   * @returns {boolean} whether a scale is another one now
   */
  observe(frame, columns, mode, nowMs) {
    if (frame === this.#seen && mode === this.#mode) return false;
    [this.#seen, this.#mode] = [frame, mode];
    const { step, reason } = frame.header;
    let changed = false;
    const take = (/** @type {string} */ key, /** @type {number} */ size) => {
      const held = this.#held.get(key) ?? new HeldLimit();
      this.#held.set(key, held);
      if (held.take(size, step, nowMs, PASSING.includes(reason))) changed = true;
    };
    /** @type {Map<string, number>} */
    const network = new Map();
    for (const [section, what, name] of drawn(frame, columns)) {
      const key = `${what} ${meaning(section)}`;
      const size = what === "maps" ? fittingMapSize(section) : fittingSize(section.values);
      take(`${key} ${name}`, size);
      network.set(key, Math.max(network.get(key) ?? 0, size));
      if (mode !== "map") continue;
      const each = what === "maps" ? mapSize : filterSize;
      for (let c = 0; c < section.shape[0]; c++) take(`${key} ${name} ${c}`, each(section, c));
    }
    for (const [key, size] of network) take(key, size);
    return changed;
  }

  /**
   * The scale of one cell. @param {What} what @param {string} of `value`, `gradient` or `update`
   * @param {string} name of the layer @param {number} cell
   * @returns {HeldLimit | null} null: nothing of it has been on the page
   */
  of(what, of, name, cell) {
    const key = {
      map: `${what} ${of} ${name} ${cell}`,
      layer: `${what} ${of} ${name}`,
      network: `${what} ${of}`,
    }[/** @type {Mode} */ (this.#mode)];
    return this.#held.get(key) ?? null;
  }

  /**
   * The ends of a layer's scale, as numbers: a part of the page that is given them is drawn again when they change.
   * @param {What} what @param {string} of @param {string} name @param {number} nowMs a clock
   * @returns {{limit: number, was: number | null}} `was`: what it was until a moment ago
   */
  ends(what, of, name, nowMs) {
    const held = this.of(what, of, name, 0);
    return { limit: held?.limit ?? 0, was: held && isNew(held, nowMs) ? held.before : null };
  }

  /** Half the scale of one cell; 0: nothing but zeros is known of it.
   * @param {What} what @param {string} of @param {string} name @param {number} [cell] */
  limit(what, of, name, cell = 0) {
    return this.of(what, of, name, cell)?.limit ?? 0;
  }

  /** Another run has other numbers. */
  forget() {
    this.#held.clear();
    this.#seen = null;
  }
}

/** Whether a scale has only just become another one. @param {HeldLimit} held @param {number} nowMs */
const isNew = (held, nowMs) => nowMs - held.changedMs < TOLD_MS;

export { TOLD_MS };

/**
 * What a frame has of these columns. @param {Frame} frame @param {Column[]} columns
 * @returns {[Section, What, string][]}
 */
function drawn(frame, columns) {
  /** @type {[Section, What, string][]} */
  const found = [];
  for (const { name, role } of columns) {
    const maps = frame.sections.get(keyOf(name, "output"));
    if (maps?.ranges && role !== "classes") found.push([maps, "maps", name]);
    if (role !== "conv" && role !== "classes") continue;
    for (const of of ["value", "gradient", "update"]) {
      const weights = frame.sections.get(keyOf(name, "weight", of));
      if (weights?.dtype === "f32") found.push([weights, "kernels", name]);
    }
  }
  return found;
}
