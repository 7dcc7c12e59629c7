/** The class bars: how sure the network is of each class, for the probe. */
import { percent } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { probabilitiesOf } from "../slow-motion/phases.js";
import { plan, predictions, probe, replay, run } from "../state.js";

/** The shares of the classes: of the probe, or of slow motion's picture. @param {number} many classes
 * @returns {(number | null)[]} */
export function shares(many) {
  const slow = replay.value;
  const last = plan.value?.columns.find((column) => column.role === "classes");
  const known = slow ? last && probabilitiesOf(slow, last.name) : predictions.value?.probabilities;
  return Array.from({ length: many }, (_, i) => known?.[i] ?? null);
}

/** The right class; null: it is not known. */
function truth() {
  if (replay.value) return replay.value.example.label;
  return run.value?.trainable ? (probe.value?.label ?? null) : null; // of another set: another's class
}

/** @param {{index: number}} props */
export function ClassBar({ index }) {
  const share = shares(index + 1)[index];
  const name = run.value?.classes[index] ?? `output ${index}`;
  const right = truth() === index;
  return html`<span class=${`class ${right ? "truth" : ""}`}>
    <span class="class-name" title=${name}>${right && html`<abbr title="the true class">✓ </abbr>`}${name}</span>
    <span class="class-share">${percent(share, 0)}</span>
    <span class="class-bar"><i style=${{ transform: `scaleX(${share ?? 0})` }}></i></span>
  </span>`;
}
