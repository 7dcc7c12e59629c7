/**
 * Which numbers a pixel enters a network as: a choice of three, and what it makes of a recipe's preprocessing.
 *
 * @typedef {"unit" | "around" | "own"} Kind
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

/** @param {Preprocessing | null} how @returns {Kind} */
export function kindOf(how) {
  const { scale, mean, std } = whole(how);
  const are = (/** @type {"unit" | "around"} */ kind) =>
    perChannel(mean, 1).every((number) => number === NAMED[kind].mean) &&
    perChannel(std, 1).every((number) => number === NAMED[kind].std);
  if (Math.abs(scale - UNIT) > 1e-9) return "own";
  if (are("unit")) return "unit";
  return are("around") ? "around" : "own";
}

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

/** @param {Preprocessing | null} how @returns {Option[]} */
export const pixelOptions = (how) => [
  { value: "unit", text: "0 to 1", says: "Black enters the network as 0, white as 1." },
  {
    value: "around",
    text: "−1 to 1",
    says: "Black enters the network as −1, white as 1: numbers on both sides of 0, which many networks learn from sooner.",
  },
  {
    value: "own",
    text: "Own mean and spread",
    says: `${scaleSays(whole(how).scale)}, less the mean, divided by the spread (standard deviation) of its channel: for weights from elsewhere, those that they were trained with.`,
  },
];

/** @param {number} scale */
const scaleSays = (scale) =>
  Math.abs(scale - UNIT) > 1e-9
    ? `Each pixel (0 to 255) × ${Number(scale.toPrecision(4))}`
    : "Each pixel, as 0 to 1";
