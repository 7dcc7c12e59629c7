/** The class bars: how sure the network is of each class, for the probe. */
import { percent } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { probabilitiesOf } from "../slow-motion/phases.js";
import { plan, predictions, probe, replay, run } from "../state.js";

/** The share of one class and the right one: of the probe, or of slow motion's picture.
 * @param {number} index */
function answerOf(index) {
  const slow = replay.value;
  if (!slow) {
    const label = run.value?.trainable ? probe.value?.label : null; // of another set: another's class
    return { share: predictions.value?.probabilities[index] ?? null, label };
  }
  const last = plan.value?.columns.find((column) => column.role === "classes");
  const shares = last ? probabilitiesOf(slow, last.name) : null;
  return { share: shares?.[index] ?? null, label: slow.example.label };
}

/** @param {{index: number, place: import("./layout.js").Cell}} props */
export function ClassBar({ index, place }) {
  const { share, label } = answerOf(index);
  const name = run.value?.classes[index] ?? `output ${index}`;
  const truth = label === index;
  const { map, whole } = place;
  const at = { left: `${map.x - whole.x}px`, width: `${map.width}px` };
  return html`<span class=${`class ${truth ? "truth" : ""}`} style=${at}>
    <span class="class-name" title=${name}>${truth && html`<abbr title="the true class">✓ </abbr>`}${name}</span>
    <span class="class-share">${percent(share, 0)}</span>
    <span class="class-bar"><i style=${{ transform: `scaleX(${share ?? 0})` }}></i></span>
  </span>`;
}
