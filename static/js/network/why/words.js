/** What the panel says: of each method, of how alike an attribution and its control are, of what it adds up to. */
import { short, withMinus } from "../../shared/format.js";

/** @typedef {import("../../shared/attribution-server.js").Attribution} Attribution */

/** What each method does. */
export const METHODS = /** @type {const} */ ([
  [
    "grad-cam",
    "Grad-CAM",
    "Add up a layer's maps, each by how much it raises the score: what speaks for the class.",
  ],
  ["gradient", "Gradient", "How far the score would move if a pixel were a little brighter."],
  [
    "gradient-times-input",
    "Gradient × input",
    "The gradient times the pixel itself: what a pixel adds to the score.",
  ],
  [
    "integrated-gradients",
    "Integrated gradients",
    "Fade from a black picture to this one, and add up what each pixel gives on the way.",
  ],
  ["occlusion", "Occlusion", "Cover one part after another and see how far the score falls."],
]);

const ALIKE = 0.5;
const CONTROL_IS_START = "step 0 of this run";

/** A method that there is. @param {string | null | undefined} asked */
export const methodOf = (asked) => METHODS.find(([method]) => method === asked) ?? METHODS[0];

/** Whether the control is this run before its first step. @param {Attribution} answer */
export const beganHere = ({ control }) => control.of === CONTROL_IS_START;

/** Two decimals, −0.00 being 0.00. @param {number} correlation */
export const alikeText = (correlation) =>
  withMinus(correlation.toFixed(2)).replace(/^−(0\.00)$/, "$1");

/** How alike the attribution and its control are. @param {Attribution} answer */
export function alikeWords(answer) {
  const { correlation } = answer.control;
  if (answer.step === 0 && beganHere(answer))
    return "Nothing was learned yet: this is step 0, so both are the same.";
  if (correlation === null) return "Not comparable: one of the two is the same number everywhere.";
  const alike = `${alikeText(correlation)} alike`;
  return correlation > ALIKE
    ? `${alike}: this method shows mostly the picture, and little of what was learned.`
    : `${alike}: what you see was learned.`;
}

/** What the values add up to, where they should tell all of the score. @param {Attribution} answer */
export function completenessWords({ method, completeness }) {
  if (!completeness) return null;
  const [total, expected] = [short(completeness.total), short(Math.abs(completeness.expected))];
  if (method === "integrated-gradients") {
    const way = completeness.expected < 0 ? "fell" : "rose";
    return `It adds up to ${total}; the score ${way} by ${expected} from a black picture.`;
  }
  return `It adds up to ${total}; the score is ${short(completeness.expected)}, biases included.`;
}

/** @param {Attribution} answer */
export const isBlank = ({ values }) => values.flat(2).every((value) => value === 0);

/** @param {string | null} text "3,4,2,1": row, column, height and width of a region @returns {Region | null} */
export function parseRegion(text) {
  const found = /^(\d{1,5}),(\d{1,5}),([1-9]\d{0,4}),([1-9]\d{0,4})$/.exec(text ?? "");
  if (!found) return null;
  const [y, x, height, width] = found.slice(1).map(Number);
  return { y, x, height, width };
}

/** As the address has it. @param {Region} region */
export const regionParameter = ({ y, x, height, width }) => [y, x, height, width].join();

/**
 * Where a region of maps is. @typedef {{y: number, x: number, height: number, width: number}} Region
 * @param {Region} region
 */
export function regionText({ y, x, height, width }) {
  const span = (
    /** @type {string} */ one,
    /** @type {number} */ from,
    /** @type {number} */ many,
  ) => (many === 1 ? `${one} ${from}` : `${one}s ${from}–${from + many - 1}`);
  return `${span("row", y, height)}, ${span("column", x, width)}`;
}
