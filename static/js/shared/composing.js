/** Text in the making: Japanese, Chinese and others are written by choosing among candidates, with Enter and Escape. */

const SAFARI = 229; // the code of a key that an input method took, also after it has ended the composition

/** Whether a key is the input method's, and not ours. @param {KeyboardEvent} event */
export const isComposing = (event) => event.isComposing || event.keyCode === SAFARI;
