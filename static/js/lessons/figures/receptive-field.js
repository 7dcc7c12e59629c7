/** Which pixels a value depends on, layer by layer, in a trained network. */

import { signal } from "@preact/signals";
import { sentenceOf } from "../../shared/errors.js";
import { percent, short } from "../../shared/format.js";
import { FIRST_IMAGE, testImage } from "../../shared/image-id.js";
import { newest } from "../../shared/latest-only.js";
import { receptiveField } from "../../shared/receptive-field.js";
import { address, server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { Heatmap, Mark, Scale, Select, Slider, Status } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { limitOf, peakOf } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { runFor, withTemporaryRun } from "../runs.js";

/** @typedef {import("../../shared/types.js").Layer} Layer @typedef {import("../matrix.js").Rows} Rows */

const SIDE = 224; // CSS pixels
const layers = signal(/** @type {Layer[]} */ ([]));
const maps = signal(/** @type {{layer: string, values: Rows[]} | null} */ (null));
const at = signal({ layer: "conv2", filter: 0, image: FIRST_IMAGE });
const work = task();
let id = "";

const fetchMaps = newest(
  async (/** @type {typeof at.value} */ { layer, image }) => {
    const answer = await server.featureMaps(id, layer, image);
    return { layer, values: answer.values };
  },
  {
    done: (answer) => {
      maps.value = answer;
    },
    failed: (error) => {
      work.problem.value = sentenceOf(error);
    },
  },
);

const start = () =>
  work.start("Preparing the trained network…", async () => {
    id = (await runFor("receptive-field", { network: "default", init: { type: "pretrained" } })).id;
    layers.value = await server.layers(id);
    await fetchMaps.want(at.value);
    at.value = { ...at.value, filter: strongestFilter(maps.value?.values ?? []) };
  });

/** The filter that answers most, to begin with. @param {Rows[]} values */
const strongestFilter = (values) =>
  values.reduce((best, rows, n) => (peakOf(rows).value > peakOf(values[best]).value ? n : best), 0);

/** @param {Partial<typeof at.value>} change */
function look(change) {
  at.value = { ...at.value, ...change };
  if (change.filter === undefined) fetchMaps.want(at.value);
}

/** The layers that still have maps. */
const withMaps = () => layers.value.filter((layer) => layer.output_shape.length === 3);

function Settings() {
  const { layer, filter, image } = at.value;
  const many = maps.value?.values.length ?? 1;
  return html`<div class="figure-controls">
    <${Select} label="Layer" now=${layer} choices=${withMaps().map((known) => [known.name, known.name])}
      onChoose=${(/** @type {string} */ name) => look({ layer: name })} />
    <${Slider} label="Filter" now=${Math.min(filter, many - 1)} max=${many - 1} onSlide=${(/** @type {number} */ v) => look({ filter: v })} />
    <${Select} label="Picture" now=${image} choices=${Array.from({ length: 12 }, (_, n) => [testImage(n), `picture ${n}`])}
      onChoose=${(/** @type {string} */ value) => look({ image: value })} /></div>`;
}

/** @param {{layer: Layer, values: Rows[]}} props */
function Seen({ layer, values }) {
  const filter = Math.min(at.value.filter, values.length - 1);
  const rows = values[filter];
  const peak = peakOf(rows);
  const input = layers.value[0].input_shape;
  const field = receptiveField(layers.value, layer.index, peak.y, peak.x, input);
  const pixels = field.width * field.height;
  return html`<div class="row maps">
      <figure><${Heatmap} rows=${rows} width=${SIDE} label=${`Map ${filter} of ${layer.name}`} box=${{ y: peak.y, x: peak.x, height: 1, width: 1 }} />
        <figcaption>${layer.name}, map ${filter}: largest is <b>${short(peak.value)}</b></figcaption></figure>
      <figure><span class="picture"><img src=${address.image(id, at.value.image, "input")} width=${SIDE} height=${SIDE} alt="The input picture" />
        <${Mark} box=${field} rows=${input[1]} cols=${input[2]} /></span>
        <figcaption>the ${field.height}×${field.width} pixels that this value depends on</figcaption></figure></div>
    <p aria-live="polite">In ${layer.name} one value depends on at most ${sizeText(layer)} pixels,
      here on ${pixels}: ${percent(pixels / (input[1] * input[2]))} of the picture.</p>
    <${Scale} limit=${limitOf(rows)} />`;
}

/** @param {import("../../shared/types.js").Layer} layer */
const sizeText = ({ receptive_field }) => receptive_field?.join("×") ?? "all";

/** Receptive fields of all layers. */
const Fields = () =>
  html`<table class="facts-table"><thead><tr><th scope="col">layer</th><th scope="col">one value sees</th><th scope="col">maps</th></tr></thead>
    <tbody>${withMaps().map((layer) => html`<tr><th scope="row">${layer.name}</th><td>${sizeText(layer)}</td><td>${layer.output_shape.join("×")}</td></tr>`)}</tbody></table>`;

export function Figure() {
  const shown = maps.value;
  const layer = layers.value.find((known) => known.name === shown?.layer);
  if (!shown || !layer) return html`<${PreparingFigure} task=${work} onNear=${start} />`;
  return html`<${Settings} /><${Status} task=${work} /><${Seen} layer=${layer} values=${shown.values} /><${Fields} /><${ToLive} layer=${layer} filter=${Math.min(at.value.filter, shown.values.length - 1)} />`;
}

/** The filter that made the map: of the layer itself, or of the convolution before it.
 * @param {{layer: Layer, filter: number}} props */
function ToLive({ layer, filter }) {
  const conv = layers.value.findLast(
    (known) => known.type === "Conv2d" && known.index <= layer.index,
  );
  if (!conv) return null;
  return html`<${LiveLink} runs=${[id]} href=${filterAddress(id, conv.name, filter)}>Open this network: ${conv.name}, filter ${filter}<//>`;
}

/** The second convolution with and without the pooling before it, as the server counts. */
async function pooled() {
  if (!layers.value.length) await start();
  const known = layers.value.find((layer) => layer.name === "conv2");
  if (!known) throw new Error(work.problem.value ?? "There is no network yet.");
  const conv = { type: "Conv2d", out_channels: 8, kernel_size: 3, padding: 1 };
  const network = { input: [1, 28, 28], layers: [conv, { type: "ReLU" }, conv] };
  const plain = await withTemporaryRun(
    { network },
    async (run) => (await server.layers(run.id))[2],
  );
  const [count, less] = [known, plain].map((layer) =>
    (layer.receptive_field ?? [0]).reduce((a, b) => a * b),
  );
  const text = html`<p>${sizeText(known)}, that is ${count} pixels. Without the pooling layer it would be ${sizeText(plain)}, that is ${less}:
    the second kernel’s neighbours would be one pixel apart instead of two.</p>`;
  return { text, number: count };
}

export const Answer = () => html`<${Question} compute=${pooled} guess="How many pixels?" />`;
