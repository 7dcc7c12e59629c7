/** The drawer of weights and code: a tensor's axes in both orders, and this network as a program. */

import { count, shape as shapeText } from "../../shared/format.js";
import { keyOf } from "../../shared/frame.js";
import { html } from "../../shared/html.js";
import { saveFile } from "../../shared/save-file.js";
import { address } from "../../shared/server.js";
import { currentFrame } from "../drawing/painter.js";
import { copyText } from "../page/copy.js";
import { useFocusInside } from "../page/focus.js";
import { Switch } from "../page/switch.js";
import { askedStep, codeDrawer, layers, run, slowTick, step } from "../state.js";
import { AXES, nestedText, permute } from "./axes.js";
import { framework, layout, program } from "./program.js";

const MOST_NUMBERS = 1200;

/** The layers that have weights. */
const weighted = () => layers.value.filter((layer) => layer.weight_shape);

/** @param {{layer: import("../../shared/types.js").Layer}} props */
function Tensor({ layer }) {
  slowTick.value;
  const shape = /** @type {number[]} */ (layer.weight_shape);
  const order = layout.value;
  const section = currentFrame()?.sections.get(keyOf(layer.name, "weight"));
  const shown = section && permute(section.values, shape, order);
  const names = AXES[shape.length]?.[order] ?? [];
  const [id, asked] = [run.value?.id ?? "", askedStep.value];
  return html`<p class="axes">${(shown?.shape ?? shape).map((n, i) => html`<span key=${i}><b>${count(n)}</b><small>${names[i]?.[0]}</small></span>`)}</p>
    <p class="hint wrap">${names.map(([, says]) => says).join("; ")}. Both orders hold the same ${count(layer.parameters)} parameters (${layer.counted}).</p>
    <div class="group">
      <a class="button small" href=${address.npy(id, layer.name, "weight", order, asked)} download=${`${layer.name}.weight.npy`}>weight as .npy</a>
      ${layer.bias_shape && html`<a class="button small" href=${address.npy(id, layer.name, "bias", order, asked)} download=${`${layer.name}.bias.npy`}>bias as .npy</a>`}
      <a class="button small" href=${address.file(id, "weights", { step: asked })} download="weights.safetensors">all weights as safetensors</a></div>
    ${
      shown
        ? html`<pre class="values" tabindex="0" role="region" aria-label=${`The numbers of ${layer.name}, ${shapeText(shown.shape)}`}>${nestedText(shown.values, shown.shape, MOST_NUMBERS)}</pre><p class="hint">at step ${count(step.value)}${shown.values.length > MOST_NUMBERS ? `, the first ${count(MOST_NUMBERS)} numbers` : ""}</p>`
        : html`<p class="hint">Choose “Kernels show: weights” to see the numbers here.</p>`
    }`;
}

const copy = () =>
  copyText(
    program.value?.code ?? "",
    "The code was copied.",
    "The browser blocked copying; select the code and copy it yourself.",
  );

function save() {
  const now = program.peek();
  if (!now) return;
  saveFile(new Blob([now.code], { type: "text/x-python" }), now.filename);
}

function Code() {
  const now = program.value;
  return html`<section><header><h3>${framework.value === "pytorch" ? "PyTorch" : "Keras"}: ${now?.filename ?? "…"}</h3>
      <button type="button" disabled=${!now} onClick=${copy}>Copy</button><button type="button" disabled=${!now} onClick=${save}>Save</button></header>
    <pre class="program" tabindex="0" role="region" aria-label="The code of this network"><code>${now?.code ?? "Loading…"}</code></pre></section>`;
}

/** @param {{layer: string | null}} props */
function Open({ layer }) {
  const close = useFocusInside();
  const all = weighted();
  const now = all.find((one) => one.name === layer) ?? all[0];
  return html`<section class="drawer" role="dialog" aria-modal="false" aria-labelledby="drawer-title">
    <header class="drawer-top"><h2 id="drawer-title">Weights and code</h2>
      <${Switch} label="Order of axes" tip="The same weights, laid out as PyTorch or as Keras keeps them; the code below follows." name="layout" now=${layout}
        choices=${[["torch", "PyTorch"], ["keras", "Keras"]]} />
      <button type="button" ref=${close} aria-keyshortcuts="Escape" onClick=${() => {
        codeDrawer.value = null;
      }}>Close</button></header>
    <section><header><h3>Weights of</h3><select aria-label="Layer" value=${now?.name} onChange=${(
      /** @type {any} */ e,
    ) => {
      codeDrawer.value = { layer: e.currentTarget.value };
    }}>${all.map((one) => html`<option value=${one.name} selected=${one === now}>${one.name}</option>`)}</select></header>
      ${now && html`<${Tensor} layer=${now} />`}</section>
    <${Code} />
  </section>`;
}

export function CodeDrawer() {
  const now = codeDrawer.value;
  return now && run.value && html`<${Open} layer=${now.layer} />`;
}
