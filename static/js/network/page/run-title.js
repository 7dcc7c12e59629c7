/** The run's name, edited in place, and what it came from; and the menu of what can be taken away. */
import { signal } from "@preact/signals";
import { isComposing } from "../../shared/composing.js";
import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { address } from "../../shared/server.js";
import { askedStep, liveRun, observed } from "../state.js";
import { parentDeleted, parentName, rename } from "./run-name.js";

const uploads = signal(false);

/** @param {{id: string}} props of the field */
function Name({ id }) {
  const now = liveRun.value;
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const field = /** @type {HTMLInputElement} */ (event.currentTarget);
    event.stopPropagation();
    if (isComposing(event)) return;
    if (event.key === "Escape") field.value = now?.name ?? "";
    if (["Enter", "Escape"].includes(event.key)) field.blur();
  };
  return html`<input id=${id} class="run-name" type="text" maxlength="200" autocomplete="off" spellcheck="false" aria-label="Name of this run"
    placeholder=${`Run ${now?.id}`} value=${now?.name ?? ""} onKeyDown=${onKey} onChange=${(/** @type {any} */ e) => rename(e.currentTarget.value)} />`;
}

/** The way back to where this run left another. */
function Parent() {
  const parent = liveRun.value?.parent;
  if (!parent) return null;
  const { run, step } = parent;
  const name = parentName.value ?? run;
  const to = `./?run=${run}${step === null ? "" : `&step=${step}`}`;
  const who = parentDeleted.value ? html`${name} (deleted)` : html`<a href=${to}>${name}</a>`;
  return html`<span class="parent">${step === null ? html`copy of ${who} from before a reset` : html`fork of ${who} at step ${count(step)}`}</span>`;
}

export function RunTitle() {
  return html`<div class="run-title"><${Name} id="run-name" /><${Parent} /></div>`;
}

/** A file of the run. @param {{what: "weights" | "export" | "history", query: Record<string, string | number | null>, children?: any}} props */
const File = ({ what, query, children }) =>
  html`<a class="button small" download href=${address.file(liveRun.value?.id ?? "", what, query)}>${children}</a>`;

export function RunMenu() {
  const now = liveRun.value;
  if (!now) return null;
  const step = askedStep.value;
  return html`<div class="run-menu" role="group" aria-label="This run">
    <label class="field" for="menu-name"><span class="name">Name</span><${Name} id="menu-name" /></label>
    <${Parent} />
    ${!observed.value && html`<${RunFiles} step=${step} />`}
    <h3>Loss and accuracy</h3>
    <div class="group"><${File} what="history" query=${{ format: "csv" }}>History as CSV<//></div>
    <div class="group ways">${!observed.value && html`<a href=${`compare?a=${now.id}`}>Compare with another run</a>`}<a href="runs">All runs</a></div>
  </div>`;
}

/** Files of a run whose steps can be made again. @param {{step: number | null}} props the one on the page */
const RunFiles = ({ step }) =>
  html`<h3>The run, with all its steps, as one file</h3>
    <div class="group"><${File} what="export" query=${{ uploads: String(uploads.value) }}>Download run<//>
      <label class="check"><input type="checkbox" checked=${uploads.value} onChange=${(
        /** @type {any} */ e,
      ) => {
        uploads.value = e.currentTarget.checked;
      }} />with uploaded pictures</label></div>
    <h3>Its weights ${step === null ? "as they are now" : `at step ${count(step)}`}</h3>
    <div class="group"><${File} what="weights" query=${{ step }}>safetensors<//><${File} what="weights" query=${{ step, format: "npz" }}>.npz<//></div>`;
