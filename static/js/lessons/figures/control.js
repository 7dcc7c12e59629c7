/** An explanation beside its control: the same method on the network before it learned. */
import { signal } from "@preact/signals";
import { attribution } from "../../shared/attribution-server.js";
import { count, inFigures } from "../../shared/format.js";
import { address } from "../../shared/server.js";
import { task } from "../async-status.js";
import { Heatmap, Scale, Select, Status } from "../components.js";
import { LiveLink } from "../live-link.js";
import { limitOf } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { runFor, trainUntil } from "../runs.js";

/**
 * @typedef {import("../matrix.js").Rows} Rows
 * @typedef {import("../../shared/attribution-server.js").Attribution} Attribution
 * @typedef {Attribution["method"]} Method
 */
const STEPS = 1000;
const PX = 168; // CSS pixels
const FIGURES = { power: 0, digits: 2 };
const PICTURES = 5; // that the answer is of
/** @type {[Method, string][]} */
const METHODS = [
  ["integrated-gradients", "Integrated gradients"],
  ["gradient-times-input", "Gradient × input"],
  ["occlusion", "Occlusion"],
  ["grad-cam", "Grad-CAM"],
  ["gradient", "Gradient"],
];
const IMAGES = [0, 1, 2, 3, 4];

const method = signal(METHODS[0][0]);
const image = signal("test-0");
const seen = signal(/** @type {Attribution | null} */ (null));
const run = signal("");
const work = task();

/** @param {Method} how @param {string} of @returns {Promise<Attribution>} */
const ask = (how, of) =>
  attribution(run.value, { method: how, image: of }, new AbortController().signal);

async function train() {
  const made = await runFor("explained", {});
  if (!run.value) await trainUntil(made.id, STEPS);
  run.value = made.id;
}

const look = () =>
  work.start(run.value ? "Asking…" : "Training a network for it…", async () => {
    await train();
    seen.value = await ask(method.value, image.value);
  });

/** The rows of the only channel. @param {any[]} values @returns {Rows} */
const rowsOf = (values) => (Array.isArray(values[0][0]) ? values[0] : values);

/** @param {{values: any[], name: string}} props */
const Side = ({ values, name }) =>
  html`<figure class="one-side"><${Heatmap} rows=${rowsOf(values)} width=${PX} label=${name} /><figcaption>${name}</figcaption>
    <${Scale} limit=${limitOf(rowsOf(values))} bare /></figure>`;

/** @param {{found: Attribution}} props */
function Both({ found }) {
  const { correlation, values } = found.control;
  return html`<div class="two-sides">
      <figure class="one-side"><img src=${address.image(run.value, image.value, "input")} width=${PX} height=${PX} alt="The picture" />
        <figcaption>the picture: ${found.class_name}?</figcaption></figure>
      <${Side} values=${found.values} name=${`step ${count(found.step)}`} /><${Side} values=${values} name="step 0" /></div>
    <p aria-live="polite">${correlation === null || correlation === undefined ? "One of them is the same everywhere." : html`They are <b>${inFigures(correlation, FIGURES)}</b> alike (1: the same order of all places, 0: nothing in common).`}</p>
    <${LiveLink} runs=${[run.value]} href=${`${address.open(run.value)}&why=${method.value}`}>Open Why this answer? on the live page<//>`;
}

export function Figure() {
  if (!seen.value) return html`<${PreparingFigure} task=${work} onNear=${look} />`;
  return html`<div class="figure-controls">
      <${Select} label="Method" now=${method.value} choices=${METHODS} onChoose=${(
        /** @type {Method} */ value,
      ) => {
        method.value = value;
        look();
      }} />
      <${Select} label="Picture" now=${image.value} choices=${IMAGES.map((n) => [`test-${n}`, String(n)])} onChoose=${(
        /** @type {string} */ value,
      ) => {
        image.value = value;
        look();
      }} /></div><${Status} task=${work} /><${Both} found=${seen.value} />`;
}

/** Each method's mean over the first pictures. */
async function compare() {
  await train();
  /** @type {{name: string, mean: number}[]} */
  const means = [];
  for (const [how, name] of METHODS) {
    const found = [];
    for (const n of IMAGES) found.push((await ask(how, `test-${n}`)).control.correlation);
    const known = found.filter((value) => typeof value === "number");
    means.push({ name, mean: known.reduce((sum, value) => sum + value, 0) / known.length });
  }
  const alike = means.filter(({ mean }) => mean > 0.5);
  const others = means.filter(({ mean }) => mean <= 0.5);
  const list = (/** @type {typeof means} */ some) =>
    some.map(({ name, mean }) => `${name} ${inFigures(mean, FIGURES)}`).join(", ");
  return {
    text: html`<p>Over ${PICTURES} pictures, after ${count(STEPS)} steps: alike are ${list(alike)}; not alike are ${list(others)}.
      The first ones show where the picture itself is light, which a network with random weights “explains” just as well.
      What was learned shows in the others. No method is right by itself: without its control you cannot tell.</p>`,
  };
}

export const Answer = () => html`<${Question} compute=${compare} />`;
