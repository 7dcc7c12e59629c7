/** Errors as sentences. */

/** @param {unknown} error anything that was thrown @returns {string} */
export const sentenceOf = (error) => (error instanceof Error ? error.message : String(error));
