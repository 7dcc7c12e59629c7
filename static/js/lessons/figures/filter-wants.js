/** What a filter wants: from noise to the picture that excites it most, and before it learned. */
import { signal } from "@preact/signals";
import { learnedServer } from "../../shared/learned-server.js";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { Heatmap, Scale, Select, Status } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { limitOf, plain } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { runFor, trainUntil } from "../runs.js";

/**
 * @typedef {import("../matrix.js").Rows} Rows
 * @typedef {{frames: Rows[][], values: (number | null)[], control: {picture: Rows[]}}} Film by step, then channel
 * @typedef {{film: Film, kernel: Rows}} Seen
 */
const STEPS = 200;
const FILTERS = { conv1: 8, conv2: 16 };
const SHOWN = [0, 4, 8, 16, 32, 64]; // steps of the film
const PX = 84; // CSS pixels
const WHITE = 255;

const layer = signal(/** @type {"conv1" | "conv2"} */ ("conv1"));
const filter = signal(0);
const seen = signal(/** @type {Seen | null} */ (null));
const run = signal("");
const work = task();

/** @param {string} id of the run @param {string} of which layer @param {number} number @returns {Promise<Film>} */
const climb = (id, of, number) =>
  /** @type {any} */ (
    learnedServer.maximization(
      { run: id, layer: of, filter: number },
      {},
      new AbortController().signal,
    )
  );

const show = () =>
  work.start("Climbing…", async () => {
    const made = await runFor("trained for it", {});
    if (!run.value) await trainUntil(made.id, STEPS);
    run.value = made.id;
    const [film, weight] = await Promise.all([
      climb(made.id, layer.value, filter.value),
      server.tensor(made.id, layer.value, "weight"),
    ]);
    seen.value = { film, kernel: weight.values[filter.value][0] };
  });

/** @param {Rows} rows of pixels, 0 to 255 */
const inShares = (rows) => rows.map((row) => row.map((value) => value / WHITE));

/** @param {{rows: Rows, name: string}} props */
const Picture = ({ rows, name }) =>
  html`<span class="film-frame"><${Heatmap} rows=${inShares(rows)} grey width=${PX} label=${name} /><span class="grid-name">${name}</span></span>`;

/** @param {{found: Seen}} props */
function Film({ found }) {
  const { film, kernel } = found;
  const frames = SHOWN.filter((step) => step < film.frames.length);
  return html`<div class="kernel-row">${frames.map(
    (step) =>
      html`<${Picture} rows=${film.frames[step][0]} name=${step ? `after ${step}` : "noise"} />`,
  )}</div>
    <p aria-live="polite">The filter gives <b>${plain(film.values[0] ?? 0)}</b> for the noise and
      <b>${plain(film.values.at(-1) ?? 0)}</b> for the last picture.</p>
    ${layer.value === "conv1" && html`<div class="kernel-row"><span class="grid-name">its weights</span><${Heatmap} rows=${kernel} width=${PX} label="the filter's nine weights" /></div><${Scale} limit=${limitOf(kernel)} />`}
    <div class="kernel-row"><span class="grid-name">before it learned</span><${Picture} rows=${film.control.picture[0]} name="step 0, after 64" /></div>
    <${LiveLink} runs=${[run.value]} href=${filterAddress(run.value, layer.value, filter.value)}>Open this filter in the live network<//>`;
}

export function Figure() {
  if (!seen.value) return html`<${PreparingFigure} task=${work} onNear=${show} />`;
  const numbers = Array.from({ length: FILTERS[layer.value] }, (_, n) => [n, String(n)]);
  return html`<div class="figure-controls">
      <${Select} label="Layer" now=${layer.value} choices=${[
        ["conv1", "conv1, the first"],
        ["conv2", "conv2, the second"],
      ]} onChoose=${(/** @type {"conv1" | "conv2"} */ value) => {
        layer.value = value;
        filter.value = 0;
        show();
      }} />
      <${Select} label="Filter" now=${filter.value} choices=${numbers} onChoose=${(
        /** @type {string} */ value,
      ) => {
        filter.value = Number(value);
        show();
      }} /></div>
    <${Status} task=${work} /><${Film} found=${seen.value} />`;
}

/** In the first layer the best pixel is white wherever its weight is above 0. */
async function count() {
  const id = run.value || (await runFor("trained for it", {})).id;
  const [film, weight] = await Promise.all([
    climb(id, "conv1", 0),
    server.tensor(id, "conv1", "weight"),
  ]);
  const pixels = film.frames.at(-1)?.[0].flat() ?? [];
  /** @type {number[]} */
  const weights = weight.values[0][0].flat();
  const agree = weights.filter((value, n) => value > 0 === (pixels[n] === WHITE)).length;
  const white = pixels.filter((value) => value === WHITE).length;
  return {
    number: white,
    text: html`<p>${white} of the nine weights are above 0, and ${agree} of the nine pixels agree with that: white
      where the weight is above 0, black where it is below. Each product of weight and pixel is then as large as it can
      be, and so is their sum. Behind the first layer no such rule holds: what a filter wants there has to be found by
      climbing.</p>`,
  };
}

export const Answer = () => html`<${Question} compute=${count} guess="White pixels" />`;
