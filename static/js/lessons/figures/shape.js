/** Keras's Conv2D(12, 3) on 25×25×1, made by the server, in both orders of axes. */

import { signal } from "@preact/signals";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { Heatmap, Scale, Slider } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { exact, glorotBound, limitOf } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { runFor, withTemporaryRun } from "../runs.js";

/** @typedef {import("../../shared/types.js").Tensor} Tensor */
/** @typedef {{id: string, torch: Tensor, keras: Tensor, bias: Tensor, layer: import("../../shared/types.js").Layer}} Made */

const WORDS = { ky: "rows", kx: "columns", in: "input channels", out: "filters" };
const LARGE = 72; // CSS pixels
const made = signal(/** @type {Made | null} */ (null));
const at = signal({ filter: 4, row: 0, column: 2 });
const work = task();

const start = () =>
  work.start("Making the layer…", async () => {
    const { id } = await runFor("layer", { network: "conv2d-12" });
    const [torch, keras, bias, layers] = await Promise.all([
      server.tensor(id, "conv1", "weight", "torch"),
      server.tensor(id, "conv1", "weight", "keras"),
      server.tensor(id, "conv1", "bias"),
      server.layers(id),
    ]);
    made.value = { id, torch, keras, bias, layer: layers[0] };
  });

/** @param {{name: string, tensor: Tensor}} props */
const Axes = ({ name, tensor }) =>
  html`<tr><th scope="row">${name}</th><td><code>(${tensor.shape.join(", ")})</code></td>
    <td>${tensor.axes.map((axis) => WORDS[/** @type {keyof typeof WORDS} */ (axis)]).join(", ")}</td></tr>`;

/** @param {{found: Made}} props */
function Facts({ found }) {
  const values = found.torch.values.flat(3);
  const zeros = found.bias.values.filter((/** @type {number} */ value) => value === 0).length;
  return html`<div class="scroll-x" role="group" aria-label="Table" tabindex="0"><table class="facts-table"><thead><tr><td></td><th scope="col">shape</th><th scope="col">axes</th></tr></thead>
      <tbody><${Axes} name="Keras" tensor=${found.keras} /><${Axes} name="PyTorch" tensor=${found.torch} /></tbody></table></div>
    <ul><li>${found.layer.counted} parameters</li>
      <li>${found.bias.shape[0]} biases, ${zeros} of them 0</li>
      <li>weights from ${exact(Math.min(...values))} to ${exact(Math.max(...values))}; Glorot’s bound is
        ±√(6 / (${found.keras.shape.slice(0, 3).join("·")} + ${[...found.keras.shape.slice(0, 2), found.keras.shape[3]].join("·")})) = ±${exact(glorotBound(found.keras.shape))}</li>
      <li>it makes ${found.layer.output_shape[0]} maps of ${found.layer.output_shape.slice(1).join("×")}</li></ul>`;
}

/** One weight, found in both orders. @param {{found: Made}} props */
function Weight({ found }) {
  const { filter, row, column } = at.value;
  const torch = found.torch.values[filter][0][row][column];
  const keras = found.keras.values[row][column][0][filter];
  const slide = (/** @type {"filter" | "row" | "column"} */ name, /** @type {number} */ count) =>
    html`<${Slider} label=${`${name[0].toUpperCase()}${name.slice(1)}`} now=${at.value[name]} max=${count - 1}
      onSlide=${(/** @type {number} */ value) => {
        at.value = { ...at.value, [name]: value };
      }} />`;
  return html`<div class="figure-controls">${slide("filter", found.torch.shape[0])}${slide("row", found.torch.shape[2])}${slide("column", found.torch.shape[3])}</div>
    <p aria-live="polite">Keras: <code>kernel[${row}, ${column}, 0, ${filter}]</code> = <b>${exact(keras)}</b>.
      PyTorch: <code>weight[${filter}, 0, ${row}, ${column}]</code> = <b>${exact(torch)}</b>.
      ${torch === keras ? "The same number." : "They differ!"}</p>`;
}

export function Figure() {
  const found = made.value;
  if (!found) return html`<${PreparingFigure} task=${work} onNear=${start} />`;
  const limit = Math.max(
    ...found.torch.values.map((/** @type {number[][][]} */ f) => limitOf(f[0])),
  );
  const { filter, row, column } = at.value;
  const kernels = found.torch.values.map(
    (/** @type {number[][][]} */ f, /** @type {number} */ n) =>
      html`<${Heatmap} rows=${f[0]} limit=${limit} width=${LARGE} label=${`The kernel of filter ${n}`}
      box=${n === filter ? { y: row, x: column, height: 1, width: 1 } : null}
      onPlace=${(/** @type {number} */ y, /** @type {number} */ x) => {
        at.value = { filter: n, row: y, column: x };
      }} />`,
  );
  return html`<div class="kernel-row">${kernels}</div><${Scale} limit=${limit} /><${Weight} found=${found} /><${Facts} found=${found} />
    <${LiveLink} runs=${[found.id]} href=${filterAddress(found.id, "conv1", filter)}>Open this layer: filter ${filter}<//>`;
}

/** @param {number} channels @param {number} side */
const layerOn = (channels, side) =>
  withTemporaryRun(
    {
      network: {
        input: [channels, side, side],
        layers: [{ type: "Conv2d", out_channels: 12, kernel_size: 3 }],
      },
    },
    async ({ id }) => (await server.layers(id))[0],
  );

async function colours() {
  const small = await layerOn(3, 25);
  const large = await layerOn(3, 50);
  const [sides, wide] = [small, large].map((layer) => layer.output_shape.slice(1).join("×"));
  const text = html`<p>${small.counted}. On pictures of 50×50 pixels: ${large.counted}.
    ${small.parameters === large.parameters ? "The size does not matter" : "The size matters"}: the same weights are used at
    more positions, and the maps grow from ${sides} to ${wide}.</p>`;
  return { text, number: small.parameters };
}

export const Answer = () => html`<${Question} compute=${colours} guess="How many parameters?" />`;
