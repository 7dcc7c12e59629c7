/** Update ÷ weight and the gradient's size over the steps: a line a layer, or a line a filter. */
import { count, plural } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { inspect, lastStep, step } from "../../state.js";
import { useWidth } from "../distributions/drawn.js";
import { figures, HEALTHY } from "../scale.js";
import { apart, decadesOf, endsOf, linesOf } from "./lines.js";
import { course, isWorking, known, problem, shownOf } from "./question.js";

/** @typedef {import("./lines.js").Line} Line */

const [LEFT, RIGHT, TOP, BOTTOM, HIGH] = [52, 84, 8, 22, 190]; // pixels
const NAME_HIGH = 13;
const SAMPLE = 18; // of a line, before its name
const DASHES = ["none", "6 3", "2 2.5", "9 3 2 3"]; // colour alone tells nobody which line it is
const NAMED = 3; // of many lines, those that end highest, and as many lowest

/** @param {Event} event */
const choose = ({ target }) => {
  inspect.value = { inspect: "health", of: /** @type {HTMLSelectElement} */ (target).value };
};

/** What there is to choose. @returns {[string, string][]} */
function choices() {
  const layers = [...known.value.values()].at(-1)?.layers ?? [];
  const filters = layers.filter((one) => one.filter_ratios);
  return [
    ["ratio", "update ÷ weight"],
    ["gradient", "gradient"],
    ...filters.map(({ layer }) => /** @type {[string, string]} */ ([layer, `filters of ${layer}`])),
  ];
}

/** Those whose names have room. @param {{name: string, value: number}[]} ends largest first */
const named = (ends) =>
  ends.length > 2 * NAMED ? [...ends.slice(0, NAMED), ...ends.slice(-NAMED)] : ends;

/** @param {{lines: Line[], of: string, what: string}} props */
function Chart({ lines, of, what }) {
  const { ref, wide } = useWidth();
  const [low, high] = decadesOf(lines);
  const end = Math.max(1, lastStep.value);
  const bottom = HIGH - BOTTOM;
  const x = (/** @type {number} */ at) => LEFT + (at / end) * (wide - LEFT - RIGHT);
  const y = (/** @type {number} */ value) =>
    bottom - ((Math.log10(value) - low) / (high - low)) * (bottom - TOP);
  const within = (/** @type {number} */ at) => Math.min(bottom, Math.max(TOP, at));
  const [top, foot] = [within(y(HEALTHY.most)), within(y(HEALTHY.least))];
  const ends = endsOf(lines);
  const names = named(ends);
  const heights = apart(
    names.map(({ value }) => y(value)),
    NAME_HIGH,
    bottom,
  );
  const order = lines.map(({ name }) => name);
  const look = (/** @type {string} */ name) =>
    ["ratio", "gradient"].includes(of)
      ? { strokeDasharray: DASHES[order.indexOf(name) % DASHES.length] }
      : { strokeWidth: 0.8 };
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const says = names.map(({ name, value }) => `${name} ${figures(value)}`).join(", ");
  return html`<div ref=${ref} role="img" aria-label=${`${what} over the steps; at the end ${says}`}>
    <svg width=${wide} height=${HIGH} aria-hidden="true">
      ${of !== "gradient" && html`<rect class="inspect-healthy" x=${LEFT} y=${top} width=${wide - LEFT - RIGHT} height=${Math.max(0, foot - top)} />`}
      ${decades.map(
        (power) =>
          html`<g key=${power}><line class="spread-grid" x1=${LEFT} x2=${wide - RIGHT} y1=${y(10 ** power)} y2=${y(10 ** power)} />
            <text x=${LEFT - 6} y=${y(10 ** power) + 4} text-anchor="end">${figures(10 ** power)}</text></g>`,
      )}
      ${[0, end].map((at) => html`<text key=${`step ${at}`} x=${x(at)} y=${HIGH - 6} text-anchor="middle">${count(at)}</text>`)}
      ${lines.map(
        ({ name, points }) =>
          html`<polyline key=${name} class="spread-median" style=${look(name)} points=${points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ")} />`,
      )}
      ${names.map(
        ({ name }, i) =>
          html`<g key=${name}><path class="spread-median" style=${look(name)} d=${`M${wide - RIGHT + 4} ${heights[i]}h${SAMPLE}`} />
            <text x=${wide - RIGHT + SAMPLE + 8} y=${heights[i] + 4}>${name}</text></g>`,
      )}
      <path class="spread-chosen" d=${`M${x(step.value)} ${TOP}V${bottom}`} /></svg>
    <p class="spread-axis">across: step; upwards: ${what.toLowerCase()}, logarithmic${of === "gradient" ? "" : "; the shaded zone is healthy"}${ends.length > names.length ? `; ${plural(ends.length, "line")}, the highest and lowest named` : ""}</p></div>`;
}

export function SizesOverSteps() {
  const of = shownOf.value;
  const lines = linesOf(course(), of);
  const what = of === "gradient" ? "Size of the gradient" : "Update ÷ weight";
  if (problem.value) return html`<p class="inspect-wrong" role="status">${problem.value}</p>`;
  return html`<div class="spread-choice"><label class="field"><span>What</span><select value=${of} onChange=${choose}>${choices().map(
    ([one, says]) => html`<option key=${one} value=${one}>${says}</option>`,
  )}</select></label></div>
    <div class="spread" aria-busy=${isWorking.value} data-test="sizes">${
      lines.length
        ? html`<${Chart} lines=${lines} of=${of} what=${what} />`
        : html`<p class="inspect-hint" role="status">${isWorking.value ? "Asking…" : "No step of this run led to a state, so there is nothing to draw yet."}</p>`
    }</div>`;
}
