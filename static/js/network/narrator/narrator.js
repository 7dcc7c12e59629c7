/** The narrator: one line that says what the run just did and points at it, and the list of all. */
import { useEffect } from "preact/hooks";
import { count, plural } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { openFilter, seek } from "../intents.js";
import { hoveredCell, lastStep, liveRun } from "../state.js";
import { findings, followFindings, said } from "./told.js";

/** @typedef {import("../../shared/types.js").Finding} Finding */

/** Opens the filter that it is about, or goes to its step. @param {Finding} finding */
function point({ place, step }) {
  if (place) openFilter(place.layer, place.filter);
  else seek(step);
}

/** Marks the filter that it is about. @param {Finding} finding */
const mark =
  ({ place }) =>
  () => {
    hoveredCell.value = place && { layer: place.layer, channel: place.filter };
  };

const unmark = () => {
  hoveredCell.value = null;
};

/** @param {{finding: Finding, more?: number}} props `more`: of its kind at the same step */
function Said({ finding, more = 0 }) {
  const others = more ? ` And ${plural(more, "more filter")}.` : "";
  return html`<button type="button" class="narrated" onClick=${() => point(finding)}
    onMouseEnter=${mark(finding)} onFocus=${mark(finding)} onMouseLeave=${unmark} onBlur=${unmark}>
    <span class="narrated-step">Step ${count(finding.step)}</span> ${finding.says}${others}</button>`;
}

function nothingYet() {
  if (!liveRun.value) return "";
  if (!liveRun.value.trainable) return "This run is looked at, not trained.";
  return lastStep.value
    ? "Nothing stands out so far. What does is told here."
    : "Press Play: what stands out as the network learns is told here.";
}

function All() {
  const all = findings.value;
  if (!all.length) return null;
  return html`<details class="all-findings"><summary class="quiet">${plural(all.length, "finding")}</summary>
    <ol aria-label="Findings">${all
      .toReversed()
      .map(
        (finding) => html`<li key=${finding.id}><${Said} finding=${finding} /></li>`,
      )}</ol></details>`;
}

export function Narrator() {
  useEffect(followFindings, []);
  return html`<section class="narrator" aria-label="What the run did">
    <p aria-live="polite" data-test="narrator">${said.value ? html`<${Said} ...${said.value} />` : nothingYet()}</p>
    <${All} />
  </section>`;
}
