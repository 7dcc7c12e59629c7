/** What the page of an observed run has in place of other things. */
export { LayerChoice } from "./layer-choice.js";
export { LoopLine } from "./loop-line.js";
export { ProbeChoice } from "./probe-choice.js";
