/**
 * Which numbers a pixel enters a network as: a choice of four, and what it makes of a recipe's preprocessing.
 *
 * @typedef {"unit" | "around" | "set" | "own"} Kind `set`: those of the data set's training pictures
 * @typedef {NonNullable<import("../../shared/types.js").Run["recipe"]["data"]["preprocessing"]>} Preprocessing
 * @typedef {import("./choices.js").Option} Option
 */

const UNIT = 1 / 255;
/** @type {Record<"unit" | "around", {mean: number, std: number}>} */
const NAMED = { unit: { mean: 0, std: 1 }, around: { mean: 0.5, std: 0.5 } };

/** One number for all channels, or one each. @param {unknown} numbers @param {number} channels @returns {number[]} */
const perChannel = (numbers, channels) =>
  Array.isArray(numbers) ? numbers : Array(channels).fill(numbers);

/** @param {Preprocessing | null} how */
const whole = (how) => ({ scale: UNIT, ...NAMED.unit, ...how });

/** Those of a data set for a network of so many channels, to four digits; null where they are not known or of other
 * channels. @param {{mean: number[], std: number[]} | undefined} found @param {number} channels */
export function setNumbers(found, channels) {
  if (!found || !areFor(found.mean.length, channels)) return null;
  const short = (/** @type {number} */ number) => Number(number.toPrecision(4));
  const one = (/** @type {number[]} */ numbers) => (numbers.length === 1 ? numbers[0] : numbers);
  return {
    mean: one(found.mean.map(short)),
    std: one(found.std.map((number) => short(number) || 1)), // pixels that are all alike are left as they are
  };
}

/** Whether pictures of so many channels are shown to such a network without their colours being mixed.
 * @param {number | undefined} pictures @param {number} channels */
export const areFor = (pictures, channels) => pictures === 1 || pictures === channels;

/** @param {Preprocessing | null} how @param {ReturnType<typeof setNumbers>} [set] its data set's @returns {Kind} */
export function kindOf(how, set = null) {
  const { scale, mean, std } = whole(how);
  const are = (/** @type {"unit" | "around"} */ kind) =>
    perChannel(mean, 1).every((number) => number === NAMED[kind].mean) &&
    perChannel(std, 1).every((number) => number === NAMED[kind].std);
  if (Math.abs(scale - UNIT) > 1e-9) return "own";
  if (are("unit")) return "unit";
  if (are("around")) return "around";
  return set && isSame(mean, set.mean) && isSame(std, set.std) ? "set" : "own";
}

/** @param {unknown} one @param {unknown} other numbers of channels */
const isSame = (one, other) => String(one) === String(other);

/** How a data set's own pictures were fitted, where that has to be said. @param {{fit: Preprocessing["resize"]} | undefined} set
 * @returns {Preprocessing | null} */
export const fitOf = (set) =>
  set && set.fit !== "crop" ? /** @type {Preprocessing} */ ({ resize: set.fit }) : null;

/** With a data set's. @param {Preprocessing | null} how @param {NonNullable<ReturnType<typeof setNumbers>>} set */
export const withSet = (how, set) => ({ ...how, scale: UNIT, ...set });

/** Of a kind whose numbers are known; how pictures are resized stays. @param {Preprocessing | null} how
 * @param {"unit" | "around"} kind @returns {Preprocessing | null} */
export function withKind(how, kind) {
  if (kind === "unit" && !how) return null;
  return /** @type {Preprocessing} */ ({ ...how, scale: UNIT, ...NAMED[kind] });
}

/** With another number of one channel. @param {Preprocessing | null} how @param {"mean" | "std"} name
 * @param {number} channel @param {number} number @param {number} channels */
export function withNumber(how, name, channel, number, channels) {
  const now = whole(how);
  const each = perChannel(now[name], channels).map((old, at) => (at === channel ? number : old));
  return { ...now, [name]: channels === 1 ? number : each };
}

/** The numbers of each channel. @param {Preprocessing | null} how @param {number} channels */
export function numbersOf(how, channels) {
  const { mean, std } = whole(how);
  return { mean: perChannel(mean, channels), std: perChannel(std, channels) };
}

/** @param {Preprocessing | null} how @param {boolean} hasSet
 * @param {ReturnType<typeof setNumbers>} [set] once it is known @returns {Option[]} */
export const pixelOptions = (how, hasSet, set = null) => [
  { value: "unit", text: "0 to 1", says: "Black enters the network as 0, white as 1." },
  {
    value: "around",
    text: "−1 to 1",
    says: "Black enters the network as −1, white as 1: numbers on both sides of 0, which many networks learn from sooner.",
  },
  ...(hasSet ? [{ value: "set", text: "This set's mean and spread", says: setSays(set) }] : []),
  {
    value: "own",
    text: "Own mean and spread",
    says: `${scaleSays(whole(how).scale)}, less the mean, divided by the spread (standard deviation) of its channel: for weights from elsewhere, those that they were trained with.`,
  },
];

/** @param {ReturnType<typeof setNumbers>} set */
function setSays(set) {
  const said = (/** @type {unknown} */ numbers) =>
    numbers === undefined ? "" : ` (${[numbers].flat().join(", ")})`;
  return `Each pixel, as 0 to 1, less the mean of its channel in the training pictures${said(set?.mean)}, divided by its spread${said(set?.std)}: numbers around 0, of about one size.`;
}

/** @param {number} scale */
const scaleSays = (scale) =>
  Math.abs(scale - UNIT) > 1e-9
    ? `Each pixel (0 to 255) × ${Number(scale.toPrecision(4))}`
    : "Each pixel, as 0 to 1";
