/** Names of pictures: `test-17` is picture 17 of a data set's held-out half; others were uploaded. */

/** @param {number} number @returns {string} */
export const testImage = (number) => `test-${number}`;

/** One of the training half. @param {number} number @returns {string} */
export const trainImage = (number) => `train-${number}`;

export const FIRST_IMAGE = testImage(0);

/** @param {string} id @returns {number | null} null: no test picture */
export function testNumber(id) {
  const found = /^test-(\d+)$/.exec(id);
  return found ? Number(found[1]) : null;
}
