/** What led to a filter's weights: their gradient and the last update, for who wants to see them. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { limitText, signed } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { sourceChannel } from "../drawing/columns.js";
import { inputName } from "../drawing/names.js";
import { Term } from "../page/tip.js";
import { atFork, run, step } from "../state.js";
import { TERMS } from "../terms.js";
import { KernelTable } from "./kernel.js";
import { KernelPicture } from "./kernel-picture.js";

/** @typedef {import("../drawing/layout.js").Column} Column */
/** @typedef {ReturnType<typeof import("./values.js").filterValues>} Part null: there is none yet */
/** @typedef {{column: Column, channel: number, parts: Part[], numbers: (k: number) => boolean}} Filter
 *   `parts`: its weights, their gradients, the last update; `numbers`: whether a kernel is shown with its numbers */

/** Each part of a filter, and what it is called. */
export const KINDS = /** @type {const} */ ([
  ["weight", "weight", TERMS.weight],
  ["gradient", "gradient", TERMS.gradient],
  ["update", "last update", TERMS.update],
]);

const shown = signal(false);

/** A bias and the scale of colours, for each part. @param {{parts: Part[]}} props */
function Scales({ parts }) {
  const heads = KINDS.map(
    ([, name, tip]) => html`<th scope="col"><${Term} tip=${tip}>${name}<//></th>`,
  );
  const line = (/** @type {any} */ name, /** @type {(part: NonNullable<Part>) => string} */ text) =>
    html`<tr><th scope="row">${name}</th>${parts.map((part) => html`<td>${part ? text(part) : "–"}</td>`)}</tr>`;
  return html`<table class="kinds"><thead><tr><td></td>${heads}</tr></thead><tbody>
    ${line(html`<${Term} tip=${TERMS.bias}>bias<//>`, ({ bias }) => (bias === null ? "–" : signed(bias)))}
    ${line("scale", ({ limit }) => `±${limitText(limit)}`)}</tbody></table>`;
}

/** Why there is no gradient yet. */
function whyNoUpdate() {
  if (step.value === 0) return "At step 0 there is no gradient and no update yet: take a step.";
  const changed = run.value?.interventions.some((change) => change.step >= step.value);
  return atFork.value && !changed
    ? "This fork begins here: the gradient and update that led to these weights belong to its parent, at the same step. Take a step to see its own."
    : "No update led to the weights as they are now: take a step.";
}

/** @param {{filter: Filter, k: number}} props */
function OfKernel({ filter: { column, channel, parts, numbers }, k }) {
  const [rows, cols] = column.kernel ?? [1, 1];
  const name = inputName(column, sourceChannel(column, channel, k));
  const Shown = numbers(k) ? KernelTable : KernelPicture;
  return html`<div><h3>for ${name}</h3><div class="trio">${parts.slice(1).map(
    (part, i) =>
      part &&
      html`<${Shown} values=${part.values} from=${k * rows * cols} rows=${rows} cols=${cols} limit=${part.limit}
        label=${`${KINDS[i + 1][1]}, for ${name}`} caption=${KINDS[i + 1][1]} where=${{ column, channel, k }} size="small" editable=${false} />`,
  )}</div></div>`;
}

/** @param {{filter: Filter}} props */
function Tables({ filter }) {
  const { column, parts } = filter;
  return html`<${Scales} parts=${parts} />
    ${
      parts[1]
        ? html`<div class="gradient-tables">${Array.from({ length: column.kernels }, (_, k) => html`<${OfKernel} key=${k} filter=${filter} k=${k} />`)}</div>`
        : html`<p class="hint wide-text">${whyNoUpdate()}</p>`
    }`;
}

/** Shows or hides all of this. */
export function GradientSwitch() {
  return html`<button type="button" class="quiet" aria-expanded=${shown.value} onClick=${() => {
    shown.value = !shown.value;
  }}>Gradient and update</button>`;
}

/** @param {{filter: Filter}} props */
export function GradientAndUpdate({ filter }) {
  const part = useRef(/** @type {HTMLElement | null} */ (null));
  const open = shown.value;
  useEffect(() => {
    if (open) part.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  if (!open) return null;
  return html`<section ref=${part} class="gradient-and-update" aria-label="Gradient and update"><${Tables} filter=${filter} /></section>`;
}
