/** The tools of a filter: fill, freeze, silence, undo. */
import { signal } from "@preact/signals";
import { withRealMinus } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { marksOf } from "../drawing/buttons.js";
import { Term } from "../page/tip.js";
import { codeDrawer, replay, run } from "../state.js";
import { accuracyEffectOf, intervene, lastChange, undo } from "./interventions.js";
import { effectSentence, KERNELS } from "./text.js";

/** @typedef {import("../drawing/layout.js").Column} Column */

const fillWith = signal("sobel_x");
const fillChannel = signal("all");
const working = signal(false);

const TIPS = {
  freeze: "A frozen filter stays as it is while the others keep learning.",
  silence:
    "A silenced filter's map is 0 everywhere: the accuracy that is lost is what the filter was worth.",
};

/** @param {{type: string} & Record<string, any>} change */
async function act(change) {
  working.value = true;
  await intervene(change);
  working.value = false;
}

/** @param {{column: Column, channel: number, nameOfKernel: (k: number) => string}} props */
function Fill({ column, channel, nameOfKernel }) {
  if (column.role !== "conv") return null;
  const fill = () =>
    act({
      type: "fill",
      layer: column.name,
      filter: channel,
      channel:
        fillChannel.value === "all" || column.kernels === 1 ? null : Number(fillChannel.value),
      with: fillWith.value,
    });
  return html`<div class="group"><label class="field"><span class="name">Fill</span>${
    column.kernels > 1
      ? html`<select aria-label="Which kernel" value=${fillChannel.value} onChange=${(
          /** @type {any} */ e,
        ) => {
          fillChannel.value = e.currentTarget.value;
        }}><option value="all">all kernels</option>${Array.from({ length: column.kernels }, (_, k) => html`<option value=${String(k)}>for ${nameOfKernel(k)}</option>`)}</select>`
      : ""
  }</label>
    <label class="field"><span class="name">with</span><select aria-label="Known kernel" value=${fillWith.value} onChange=${(
      /** @type {any} */ e,
    ) => {
      fillWith.value = e.currentTarget.value;
    }}>${Object.entries(KERNELS).map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select></label>
    <button type="button" disabled=${working.value} onClick=${fill}>Fill</button></div>`;
}

/** @param {{column: Column, channel: number}} props */
function Switches({ column, channel }) {
  const { silenced, frozen } = marksOf(column.name, channel);
  const toggle = (/** @type {"freeze" | "silence"} */ type, /** @type {boolean} */ on) =>
    act({ type, layer: column.name, filter: channel, on });
  const one = (/** @type {"freeze" | "silence"} */ type, /** @type {boolean} */ on) =>
    html`<label class="check"><input type="checkbox" role="switch" checked=${on} disabled=${working.value} aria-label=${`${type} this filter`}
      onChange=${() => toggle(type, !on)} /><${Term} tip=${TIPS[type]}>${type}<//></label>`;
  return html`${one("freeze", frozen)}${one("silence", silenced)}`;
}

/** What the last intervention was, and what it did. */
function LastChange() {
  const changes = run.value?.interventions ?? [];
  const last = lastChange.value;
  if (working.value)
    return html`<p class="last" role="status">Measuring the effect on held-out pictures…</p>`;
  if (!last || !changes.some((change) => change.id === last.id))
    return html`<p class="last hint" role="status">Press a weight to type a number, or fill, freeze or silence the filter.</p>`;
  return html`<p class="last" role="status"><b>${withRealMinus(last.says)}.</b> ${effectSentence({ ...last, ...accuracyEffectOf(last.id) })}</p>`;
}

/** @param {{column: Column, channel: number, nameOfKernel: (k: number) => string}} props */
export function Tools({ column, channel, nameOfKernel }) {
  if (replay.value) return null;
  const left = run.value?.undoable_count ?? 0;
  return html`<section class="tools" aria-label="Interventions on this filter">
    <div class="tool-row"><${Fill} column=${column} channel=${channel} nameOfKernel=${nameOfKernel} />
      <${Switches} column=${column} channel=${channel} />
      <button type="button" disabled=${!left || working.value} onClick=${undo}>Undo</button>
      <button type="button" class="quiet" onClick=${() => {
        codeDrawer.value = { layer: column.name };
      }}>Layout and code</button></div>
    <${LastChange} /></section>`;
}
