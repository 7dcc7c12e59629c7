/** How the numbers of a layer are spread, over the steps: a band of all of them, and one step exactly. */
import { computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count, plural, short } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { seek } from "../../intents.js";
import { PanelFiles } from "../../panel-files/panel-files.js";
import { askedStep, inspect, lastStep, step } from "../../state.js";
import { outlineLayer } from "../outline.js";
import { bringIntoView } from "../sheet.js";
import { distributionsCsv } from "../tables.js";
import { Band, Bars } from "./drawn.js";
import { isWorking, known, problem } from "./question.js";
import { nameOf, nearestStep, readable, unitOf } from "./spread.js";

/** @typedef {import("./spread.js").Distribution} Distribution */
/** @typedef {{step: number, one: Distribution}} Known */

/** Which layer and which of its numbers, as the address has it: "conv1.weights". */
const wanted = computed(() => {
  const text = inspect.value?.of ?? "";
  const dot = text.lastIndexOf(".");
  return { layer: text.slice(0, Math.max(0, dot)), name: text.slice(dot + 1) || "weights" };
});

/** @param {string} layer @param {string} name */
function want(layer, name) {
  inspect.value = { inspect: "distributions", of: `${layer}.${name}` };
}

const chosenStep = signal(/** @type {number | null} */ (null)); // null: the one on the page

/** Who looks at another step of the page sees that one here too. */
effect(() => {
  askedStep.value;
  chosenStep.value = null;
});

/** What there is to choose: from all steps, since the first has no gradient. */
function choices() {
  const all = [...known.value.values()].flatMap(({ distributions }) => distributions);
  const layers = [...new Set(all.map(({ layer }) => layer))];
  const weighty = all.find(({ tensor }) => tensor === "weight")?.layer ?? layers[0];
  const layer = layers.includes(wanted.value.layer) ? wanted.value.layer : weighty;
  const names = [...new Set(all.filter((one) => one.layer === layer).map(nameOf))];
  const name = names.includes(wanted.value.name) ? wanted.value.name : names[0];
  return { layers, layer, names, name };
}

/** One tensor at each step that has it, ascending. @param {string} layer @param {string} name @returns {Known[]} */
const overSteps = (layer, name) =>
  [...known.value]
    .sort(([a], [b]) => a - b)
    .flatMap(([at, { distributions }]) => {
      const one = distributions.find((some) => some.layer === layer && nameOf(some) === name);
      return one ? [{ step: at, one }] : [];
    });

/** @param {{label: string, of: string[], now: string, choose: (one: string) => void}} props */
const Choice = ({ label, of, now, choose }) =>
  html`<label class="field"><span>${label}</span><select value=${now} onChange=${(
    /** @type {Event} */ event,
  ) => choose(/** @type {HTMLSelectElement} */ (event.target).value)}>${of.map(
    (one) => html`<option key=${one} value=${one}>${one}</option>`,
  )}</select></label>`;

/** @param {Distribution} one */
function numbersText({ histogram: { count: all, finite, mean, std, edges } }) {
  const lost = all - finite;
  if (!finite) return `${plural(all, "number")}, none of them finite.`;
  const range = `from ${short(edges[0])} to ${short(edges[edges.length - 1])}`;
  return `${plural(all, "number")} ${range}, mean ${short(mean)}, standard deviation ${short(std)}${lost ? `; ${count(lost)} not finite` : ""}.`;
}

/** @param {{steps: Known[], layer: string, name: string}} props */
function OverSteps({ steps, layer, name }) {
  const at = nearestStep(
    steps.map((one) => one.step),
    chosenStep.value ?? step.value,
  );
  const choose = (/** @type {number} */ index) => {
    chosenStep.value = steps[index].step;
  };
  const now = steps[at];
  const title = `${name} of ${layer}`;
  const columns = steps.map((known) => ({
    step: known.step,
    histogram: readable(known.one.histogram),
  }));
  const says = numbersText(now.one);
  const unit = unitOf(now.one);
  const noun = now.one.tensor === "output" ? "values" : "numbers";
  return html`<${Band} columns=${columns} at=${at} last=${lastStep.value} unit=${unit} choose=${choose}
      label=${`The ${title} at ${plural(steps.length, "step")}, darker where more of them are; the line is the median`} />
    <div class="spread-slider"><span>Step <b data-test="spread-step">${count(now.step)}</b></span>
      <input type="range" min="0" max=${steps.length - 1} step="1" value=${at} aria-label="Step of the distribution" aria-valuetext=${`Step ${count(now.step)}: ${says}`}
        onInput=${(/** @type {Event} */ event) => choose(Number(/** @type {HTMLInputElement} */ (event.target).value))} />
      ${chosenStep.value !== null && now.step !== step.value && html`<button type="button" class="quiet" onClick=${() => seek(now.step)}>Show step ${count(now.step)}</button>`}</div>
    ${now.one.histogram.counts.length > 0 && html`<${Bars} histogram=${columns[at].histogram} unit=${unit} noun=${noun} label=${`The ${title} at step ${count(now.step)}: ${says}`} />`}
    <p class="inspect-says" data-test="spread">${says}</p>`;
}

/** @param {{steps: Known[]}} props */
const Files = ({ steps }) =>
  html`<${PanelFiles} panel=${`distributions.${steps[0].one.layer}`} title=${`Distributions of ${steps[0].one.layer}`}
    step=${step.value} table=${() => distributionsCsv(steps)} />`;

export function Distributions() {
  const { layers, layer, names, name } = choices();
  const steps = layer && name ? overSteps(layer, name) : [];
  useEffect(() => bringIntoView(document.querySelector(".inspect-panel")), [steps.length > 0]);
  return html`${problem.value && html`<p class="inspect-wrong" role="status">${problem.value}</p>`}
    ${!steps.length && !problem.value && html`<p class="inspect-hint" role="status">Asking…</p>`}
    ${
      steps.length > 0 &&
      html`<div class="spread-choice"><${Choice} label="Layer" of=${layers} now=${layer} choose=${(
        /** @type {string} */ one,
      ) => {
        want(one, wanted.value.name);
        outlineLayer(one);
      }} />
      <${Choice} label="What" of=${names} now=${name} choose=${(/** @type {string} */ one) => {
        want(layer, one);
      }} /></div>
      <div class="spread" aria-busy=${isWorking.value} data-test="spread-all"><${OverSteps} steps=${steps} layer=${layer} name=${name} /></div>
      <${Files} steps=${steps} />`
    }`;
}
