/** Sentences of an explanation, true of the very numbers in it. */

/** @type {Record<string, (answer: any) => string>} */
const ACTIVATIONS = {
  relu: ({ input }) =>
    input > 0 ? "It is positive, so it passes." : "It is not positive, so it becomes zero.",
  leaky_relu: ({ input, slope }) =>
    input >= 0
      ? "It is not negative, so it passes."
      : `It is negative, so it is multiplied by ${slope}.`,
  tanh: () => "Squeezed between −1 and 1.",
  sigmoid: () => "Squeezed between 0 and 1.",
};

/** What an activation did with a value. @param {any} answer */
export const activationWords = (answer) => ACTIVATIONS[answer.kind](answer);

/** Which of a window's values max-pooling takes. @param {{row: number, column: number}} winner @param {(number | null)[][]} patch */
export function winnerWords({ row, column }, patch) {
  const values = patch.flat().filter((value) => value !== null);
  const most = Math.max(...values);
  const ties = values.filter((value) => value === most).length;
  const where = `row ${row}, column ${column}`;
  if (values.length === 1) return `There is only one here: ${where}.`;
  if (ties === 1) return `The largest of them wins: ${where}. The others are discarded.`;
  const who = ties === values.length ? "All are" : `${ties} are the largest and`;
  return `${who} equal: the one at ${where} counts. The others are discarded.`;
}

/** Where a number that a layer gave on came from. @param {any} answer @param {number} [p] of a dropout */
export function sameWords({ source }, p) {
  if (source?.length === 1) return "The same number, at the same place.";
  if (source)
    return `The same number as map ${source[0]}, row ${source[1]}, column ${source[2]}: only its place changed.`;
  return p === 0
    ? "The same number as before it: dropout with p = 0 never acts."
    : "The same number as before it: dropout only acts in training.";
}

/** What is added up to the gradient of a weight. @param {string} tensor @param {string} [type] of its layer */
export function contributionWords(tensor, type) {
  if (tensor === "bias") return "output gradient";
  return type === "BatchNorm2d" ? "normalised input × output gradient" : "input × output gradient";
}
