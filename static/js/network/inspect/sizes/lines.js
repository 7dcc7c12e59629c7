/** The sizes of layers and filters over the steps, as arithmetic: which lines there are, and where their names stand. */

/** @typedef {import("../../../shared/inspect-server.js").Health} Health */
/** @typedef {{name: string, points: [number, number][]}} Line points: step and value, ascending */

/** @param {Health["layers"][number]} layer @param {string} of "ratio", "gradient" @returns {number | null} */
const sizeOf = (layer, of) => (of === "gradient" ? layer.gradient : layer.ratio);

/** A line a layer, or of a layer's filters each. A logarithm has no place for 0: such steps are left out.
 * @param {Health[]} healths ascending @param {string} of "ratio", "gradient", or a layer's name @returns {Line[]} */
export function linesOf(healths, of) {
  /** @type {Map<string, [number, number][]>} */
  const found = new Map();
  const add = (
    /** @type {string} */ name,
    /** @type {number} */ step,
    /** @type {number | null} */ value,
  ) => {
    if (!value || !Number.isFinite(value)) return;
    found.set(name, [...(found.get(name) ?? []), [step, value]]);
  };
  for (const { step, layers } of healths)
    for (const layer of layers) {
      if (["ratio", "gradient"].includes(of)) add(layer.layer, step, sizeOf(layer, of));
      else if (layer.layer === of)
        for (const [k, ratio] of (layer.filter_ratios ?? []).entries())
          add(`filter ${k}`, step, ratio);
    }
  return [...found].map(([name, points]) => ({ name, points }));
}

/** The powers of ten that hold all values, two at least. @param {Line[]} lines @returns {[number, number]} exponents */
export function decadesOf(lines) {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  if (!values.length) return [-4, -1];
  const low = Math.floor(Math.log10(Math.min(...values)));
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))];
}

/** The last value of each line, largest first. @param {Line[]} lines @returns {{name: string, value: number}[]} */
export const endsOf = (lines) =>
  lines
    .map(({ name, points }) => ({ name, value: points[points.length - 1][1] }))
    .sort((a, b) => b.value - a.value);

/** Heights for names that want to stand at `wished`, so that none covers another; they stay in order.
 * @param {number[]} wished ascending, pixels @param {number} room of one @param {number} bottom the last may stand there */
export function apart(wished, room, bottom) {
  const found = [...wished];
  for (let i = 1; i < found.length; i++) found[i] = Math.max(found[i], found[i - 1] + room);
  const last = found.length - 1;
  if (last >= 0) found[last] = Math.min(found[last], bottom);
  for (let i = last - 1; i >= 0; i--) found[i] = Math.min(found[i], found[i + 1] - room);
  return found;
}
