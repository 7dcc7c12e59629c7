/** What the network says of the picture on the page. */

import { percent } from "../../shared/format.js";
import { predictions, probe, run } from "../state.js";

/** The best answer. @returns {{name: string, share: number, label: number} | null} */
export function bestGuess() {
  const all = predictions.value?.probabilities.map((one) => one ?? 0) ?? [];
  if (!all.length || predictions.value?.probe !== probe.value?.id) return null;
  const label = all.indexOf(Math.max(...all));
  return { label, share: all[label], name: run.value?.classes[label] ?? `output ${label}` };
}

/** In a sentence, with the right answer where it is known. */
export function guessSentence() {
  const best = bestGuess();
  if (!best) return "";
  const says = `It says “${best.name}”, ${percent(best.share, 0)} sure`;
  const right = run.value?.trainable ? (probe.value?.label ?? null) : null;
  if (right === null) return `${says}.`;
  return best.label === right ? `${says}: right.` : `${says}; it is “${probe.value?.class}”.`;
}
