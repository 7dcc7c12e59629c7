/** The recipe bar: what the run is made of, and the start of another one. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { forkWithRecipe, startRun } from "../intents.js";
import { Term } from "../page/tip.js";
import { busy, datasets, models, pastStep, lastStep as present, run } from "../state.js";
import { TERMS } from "../terms.js";
import {
  changedFields,
  draftOf,
  forkRecipe,
  OWN_NETWORK,
  recipeOf,
  withModel,
} from "./recipe-draft.js";

/** @typedef {import("./recipe-draft.js").Draft} Draft */

const INITS = {
  he_uniform: "He, uniform",
  he_normal: "He, normal",
  glorot_uniform: "Glorot, uniform",
  glorot_normal: "Glorot, normal",
  orthogonal: "orthogonal",
  normal: "normal",
  uniform: "uniform",
  zeros: "zeros (to see why it fails)",
};
const OPTIMIZERS = ["SGD", "Adam", "AdamW", "RMSprop"];

/** What differs from the run's own recipe; null: nothing is touched. */
const draft = signal(/** @type {Draft | null} */ (null));

/** @param {Partial<Draft>} part @param {Draft} now */
function edit(part, now) {
  const next = { ...(draft.value ?? now), ...part };
  const model = part.network && models.value.find((known) => known.name === part.network);
  draft.value = model ? withModel(next, model) : next;
}

/**
 * @param {{label: string, tip?: string, name: string, value: string, changed: boolean,
 *   options: {value: string, text: string, disabled?: boolean}[], onPick: (value: string) => void}} props
 */
function Select({ label, tip, name, value, changed, options, onPick }) {
  return html`<div class=${`field ${changed ? "changed" : ""}`}>
    <label class="name" for=${`recipe-${name}`}>${label}</label>
    ${tip && html`<${Term} tip=${tip}>?<//>`}
    <select id=${`recipe-${name}`} value=${value}
      onChange=${(/** @type {any} */ e) => onPick(e.currentTarget.value)}>
      ${options.map((o) => html`<option value=${o.value} selected=${o.value === value} disabled=${o.disabled}>${o.text}</option>`)}
    </select>
  </div>`;
}

/** @param {{label: string, tip: string, name: string, value: number, changed: boolean, least: number, onSet: (v: number) => void}} props */
function Whole({ label, tip, name, value, changed, least, onSet }) {
  const set = (/** @type {any} */ e) => {
    const next = Math.round(Number(e.currentTarget.value));
    if (e.currentTarget.value !== "" && Number.isFinite(next)) onSet(Math.max(least, next));
  };
  return html`<div class=${`field ${changed ? "changed" : ""}`}>
    <label class="name" for=${`recipe-${name}`}>${label}</label>
    <${Term} tip=${tip}>?<//>
    <input id=${`recipe-${name}`} type="number" class="number" min=${least} step="1" value=${value} onInput=${set} />
  </div>`;
}

/** The run's own network is offered too, where it is none of the named ones. */
function networkOptions() {
  const named = models.value.map((model) => ({ value: model.name, text: model.title }));
  const now = run.value?.network ?? OWN_NETWORK;
  if (named.some((option) => option.value === now)) return named;
  return [{ value: now, text: now === OWN_NETWORK ? "this run's own" : now }, ...named];
}

/** Data sets that are not here, or do not fit the network, say why. @param {Draft} shown */
function datasetOptions(shown) {
  const model = models.value.find((known) => known.name === shown.network);
  const input = (model?.input ?? run.value?.recipe.network?.input ?? []).join("×");
  const options = datasets.value.map((set) => {
    const fits = set.shape.join("×") === input;
    const why = set.available
      ? fits
        ? ""
        : ` (${set.shape.join("×")}, needs ${input})`
      : " (not on this machine)";
    return { value: set.id, text: set.title + why, disabled: Boolean(why) };
  });
  return shown.dataset ? options : [{ value: "", text: "none" }, ...options];
}

/** @param {Draft} shown */
function initOptions(shown) {
  const model = models.value.find((known) => known.name === shown.network);
  const options = Object.entries(INITS).map(([value, text]) => ({ value, text }));
  return model?.pretrained || shown.init === "pretrained"
    ? [...options, { value: "pretrained", text: "pretrained" }]
    : options;
}

/** @param {{shown: Draft, differs: string[]}} props */
function Start({ shown, differs }) {
  const now = run.value;
  if (!now) return null;
  const model = models.value.find((known) => known.name === shown.network);
  const start = async () => {
    if (await startRun(recipeOf(shown, now, model))) draft.value = null;
  };
  const part = forkRecipe(shown, differs);
  const at = pastStep.value ?? present.value;
  const go = async () => {
    if (part && (await forkWithRecipe(part))) draft.value = null;
  };
  return html`<div class="group start">
    ${
      differs.length
        ? html`<span class="hint loud"><strong>This starts a new run${part && at > 0 && " or a fork"}.</strong></span>
          ${part && at > 0 && html`<button type="button" disabled=${Boolean(busy.value)} onClick=${go}>Fork at step ${count(at)}</button>`}
          <button type="button" onClick=${() => {
            draft.value = null;
          }}>Undo</button>`
        : html`<span class="hint">A change here starts a new run.</span>`
    }
    <button type="button" class="primary" disabled=${!differs.length || Boolean(busy.value)} onClick=${start}>
      Start new run
    </button>
  </div>`;
}

export function RecipeBar() {
  const id = run.value?.id;
  useEffect(() => {
    draft.value = null;
  }, [id]);
  if (!run.value) return html`<section class="recipe" aria-label="Recipe"></section>`;
  const now = draftOf(run.value);
  const shown = draft.value ?? now;
  const differs = changedFields(shown, now);
  const common = (/** @type {keyof Draft} */ name) => ({
    name,
    value: shown[name],
    changed: differs.includes(name),
  });
  const pick = (/** @type {keyof Draft} */ name) => (/** @type {any} */ value) =>
    edit({ [name]: value }, now);
  return html`<section class="recipe" aria-label="Recipe">
    <${Select} label="Network" ...${common("network")} options=${networkOptions()} onPick=${pick("network")} />
    <${Select} label="Data" ...${common("dataset")} options=${datasetOptions(shown)} onPick=${pick("dataset")} />
    <${Select} label="First weights" tip=${TERMS.init} ...${common("init")} options=${initOptions(shown)} onPick=${pick("init")} />
    <${Select} label="Optimiser" tip=${TERMS.optimiser} ...${common("optimizer")} onPick=${pick("optimizer")}
      options=${OPTIMIZERS.map((value) => ({ value, text: value }))} />
    <${Whole} label="Batch" tip=${TERMS.batch} least=${1} ...${common("batch_size")} onSet=${pick("batch_size")} />
    <${Whole} label="Seed" tip=${TERMS.seed} least=${0} ...${common("seed")} onSet=${pick("seed")} />
    <${Start} shown=${shown} differs=${differs} />
  </section>`;
}
