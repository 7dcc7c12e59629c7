/** The class bars: how sure the network is of each class, for the probe. */
import { percent } from "../format.js";
import { html } from "../html.js";
import { predictions, probe, run } from "../state.js";

/** @param {{index: number, place: import("../layout.js").Cell}} props */
export function ClassBar({ index, place }) {
  const share = predictions.value?.probabilities[index] ?? null;
  const name = run.value?.classes?.[index] ?? `output ${index}`;
  const truth = probe.value?.label === index;
  const { map, whole } = place;
  const at = { left: `${map.x - whole.x}px`, width: `${map.width}px` };
  return html`<span class=${`class ${truth ? "truth" : ""}`} style=${at}>
    <span class="class-name">${truth && html`<abbr title="the true class">✓ </abbr>`}${name}</span>
    <span class="class-share">${percent(share, 0)}</span>
    <span class="class-bar"><i style=${{ transform: `scaleX(${share ?? 0})` }}></i></span>
  </span>`;
}
