/** What the run just did, in a line that points at it, and the list of all. */
import { useEffect } from "preact/hooks";
import { count, plural } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { openFilter, seek } from "../intents.js";
import { hoveredCell } from "../state.js";
import { NothingYet } from "./nothing-yet.js";
import { linesOf } from "./queue.js";
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
export function Said({ finding, more = 0 }) {
  const others = more ? ` And ${plural(more, "more filter")}.` : "";
  return html`<button type="button" class="narrated" title=${`${finding.says}${others}`} onClick=${() => point(finding)}
    onMouseEnter=${mark(finding)} onFocus=${mark(finding)} onMouseLeave=${unmark} onBlur=${unmark}>
    <span class="narrated-step">Step ${count(finding.step)}</span> ${finding.says}${others}</button>`;
}

export function All() {
  const lines = linesOf(findings.value);
  if (!lines.length) return null;
  return html`<details class="all-findings"><summary class="quiet">${plural(lines.length, "finding")}</summary>
    <ol aria-label="Findings">${lines
      .toReversed()
      .map((line) => html`<li key=${line.finding.id}><${Said} ...${line} /></li>`)}</ol></details>`;
}

export function Now() {
  useEffect(followFindings, []);
  return said.value ? html`<${Said} ...${said.value} />` : html`<${NothingYet} />`;
}
