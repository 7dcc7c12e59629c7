/** What each filter of a layer adds to a score in a region of its maps, and how it adds up to the score. */
import { figuresFor, inFigures, plural, powerText } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { openFilter } from "../intents.js";
import { rowsOf } from "./sum.js";
import { regionText } from "./words.js";

const MOST_FIGURES = 3; // after the point: what a single place adds is small

/** Of all rows, so that they add up as they stand. @param {number} score */
function figuresOf(score) {
  const figures = figuresFor(Math.abs(score));
  return figures.power === 0 ? { power: 0, digits: MOST_FIGURES } : figures;
}

/** @typedef {import("../../shared/attribution-server.js").Contributions} Contributions */

/** @param {{name: any, value: number, figures: import("../../shared/format.js").Figures, most?: number, kind?: string}} props
 *   `most`: the largest size among those that have bars; absent: without one */
function Row({ name, value, figures, most, kind = "part" }) {
  const side = value < 0 ? "less" : "more";
  const width = most ? `${(50 * Math.abs(value)) / most}%` : "0";
  return html`<tr class=${`why-${kind}`}><th scope="row">${name}</th>
    <td class="why-bar" aria-hidden="true">${most !== undefined && html`<i class=${side} style=${{ width }}></i>`}</td>
    <td class="why-number">${inFigures(value, figures)}</td></tr>`;
}

/** @param {{layer: string, filter: number}} props */
const FilterName = ({ layer, filter }) =>
  html`<button type="button" class="quiet" aria-haspopup="dialog" aria-label=${`Open ${layer}, filter ${filter}`}
    onClick=${() => openFilter(layer, filter)}>filter ${filter}</button>`;

/** @param {{of: Contributions, className: string}} props */
export function ContributionList({ of, className }) {
  const [y, x, height, width] = of.region;
  const { filters, others, biases, most } = rowsOf(of);
  const figures = figuresOf(of.score);
  const power = powerText(figures);
  const named = (/** @type {number} */ filter) =>
    html`<${FilterName} layer=${of.layer} filter=${filter} />`;
  const from = html`<span title=${of.constants.map(({ layer }) => layer).join(", ")}>biases of later layers</span>`;
  return html`<table class="why-sum" aria-label="What adds up to the score">
    <caption>${of.layer}, ${regionText({ y, x, height, width })}: each filter adds${power && `, all ${power}`}</caption>
    <tbody>
      ${filters.map(({ filter, value }) => html`<${Row} key=${filter} name=${named(filter)} value=${value} most=${most} figures=${figures} />`)}
      ${others.count > 0 && html`<${Row} name=${plural(others.count, "other filter")} value=${others.value} most=${most} figures=${figures} />`}
      <${Row} name="elsewhere in the maps" value=${of.elsewhere} figures=${figures} kind="rest" />
      ${of.constants.length > 0 && html`<${Row} name=${from} value=${biases} figures=${figures} kind="rest" />`}
      <${Row} name="together" value=${of.total} figures=${figures} kind="total" />
      <${Row} name=${`score of ${className}`} value=${of.score} figures=${figures} kind="score" />
    </tbody></table>`;
}
