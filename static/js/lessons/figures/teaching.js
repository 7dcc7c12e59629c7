/** Who taught this filter: the pictures of a batch by how far their own gradients moved it. */
import { signal } from "@preact/signals";
import { inFigures, plural } from "../../shared/format.js";
import { learnedServer } from "../../shared/learned-server.js";
import { address } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Select, Status } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { runFor, trainUntil } from "../runs.js";

/** @typedef {import("../../shared/learned-server.js").Examples} Taught */
const PREPARED = 5; // steps
const SHOWN = 6;
const BATCH = 32;
const FILTERS = 8;
const PX = 56; // CSS pixels
const FIGURES = { power: 0, digits: 3 };

const filter = signal(0);
const seen = signal(/** @type {Taught | null} */ (null));
const run = signal("");
const work = task();

/** Of the run's last step. @param {string} id of the run @param {number} count @returns {Promise<Taught>} */
const ask = (id, count) =>
  learnedServer.examples(
    { run: id, layer: "conv1", filter: filter.value },
    { count },
    new AbortController().signal,
  );

/** @param {number} more steps */
const look = (more) => async () => {
  const made = await runFor("taught", {});
  const step = seen.value?.step ?? 0;
  if (more) await trainUntil(made.id, step + more);
  run.value = made.id;
  seen.value = await ask(made.id, SHOWN);
};

const prepare = () => work.start("Preparing a network…", look(PREPARED));

/** @param {{along: number, most: number}} props */
const Bar = ({ along, most }) =>
  html`<span class=${along < 0 ? "pull against" : "pull"} aria-hidden="true"><i style=${{ width: `${(100 * Math.abs(along)) / most}%` }}></i></span>`;

/** @param {{found: Taught}} props */
function Teachers({ found }) {
  const most = Math.max(...found.examples.map(({ along }) => Math.abs(along)), 1e-12);
  return html`<table class="teachers" aria-label="The pictures that moved the filter most">
    <tbody>${found.examples.map(
      (one) => html`<tr key=${one.image}>
        <td><img src=${address.image(run.value, one.image, "input")} width=${PX} height=${PX} alt="" /></td>
        <th scope="row">${one.example_class}</th>
        <td><${Bar} along=${one.along} most=${most} /></td><td>${inFigures(one.along, FIGURES)}</td></tr>`,
    )}<tr><td></td><th scope="row">the other ${found.batch - found.examples.length}</th><td></td><td>${inFigures(found.others, FIGURES)}</td></tr>
      <tr class="added"><td></td><th scope="row">added up</th><td></td><td>${inFigures(found.total, FIGURES)}</td></tr></tbody></table>
    <p>The length of the gradient that the optimiser used in step ${found.step} is <b>${inFigures(found.length, FIGURES)}</b>.</p>`;
}

export function Figure() {
  const found = seen.value;
  if (!found) return html`<${PreparingFigure} task=${work} onNear=${prepare} />`;
  const numbers = Array.from({ length: FILTERS }, (_, n) => [n, String(n)]);
  const choose = (/** @type {string} */ value) => {
    filter.value = Number(value);
    work.start("Asking…", look(0));
  };
  const button = (/** @type {number} */ steps) =>
    html`<${ActionButton} task=${work} onClick=${() => work.start(`Training ${plural(steps, "step")}…`, look(steps))}>${plural(steps, "step")}<//>`;
  return html`<div class="figure-controls"><${Select} label="Filter of conv1" now=${filter.value} choices=${numbers} onChoose=${choose} />
      ${[1, 20].map(button)}</div><${Status} task=${work} />
    <p aria-live="polite">Step <b>${found.step}</b>: how far each picture’s own gradient goes along the whole batch’s.</p>
    <${Teachers} found=${found} />
    <${LiveLink} runs=${[run.value]} href=${filterAddress(run.value, "conv1", filter.value)}>Open this filter at step ${found.step}<//>`;
}

/** How many of a batch pull the other way. */
async function against() {
  const made = await runFor("taught", {});
  if (!seen.value) await trainUntil(made.id, PREPARED);
  const found = await ask(made.id, BATCH);
  const other = found.examples.filter(({ along }) => along < 0);
  const sum = (/** @type {{along: number}[]} */ some) =>
    some.reduce((total, { along }) => total + along, 0);
  const pulled = found.examples.filter(({ along }) => along >= 0);
  return {
    number: other.length,
    text: html`<p>In step ${found.step}, ${other.length} of the ${found.batch} pictures pulled filter ${found.filter} the other way:
      together ${inFigures(sum(other), FIGURES)}, against ${inFigures(sum(pulled), FIGURES)} of the rest. What is left,
      ${inFigures(found.total, FIGURES)}, is what the filter learned from this batch. Nobody agrees beforehand; the sum decides.</p>`,
  };
}

export const Answer = () =>
  html`<${Question} compute=${against} guess="Pictures that pull the other way" />`;
