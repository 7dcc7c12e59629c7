/** The sheet that starts a run: what it is made of, each choice in a sentence, and the layers that come of it. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { count, shape as shapeText } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { NoticeList } from "../../shared/notice-list.js";
import { forkWithRecipe, startRun, wantLayers } from "../intents.js";
import {
  busy,
  datasets,
  layers,
  modelLayers,
  models,
  newRunOpen,
  offeredModels,
  pastStep,
  lastStep as present,
  run,
} from "../state.js";
import { layerTitle } from "../terms.js";
import {
  BALANCED_SAYS,
  BATCH_SAYS,
  datasetOptions,
  fits,
  initOptions,
  networkOptions,
  optimizerOptions,
  SEED_SAYS,
} from "./choices.js";
import { changedFields, forkRecipe, recipeOf, withModel } from "./draft-changes.js";
import { offerNetwork, refreshDatasets } from "./offers.js";
import { Pixels } from "./pixels-choice.js";
import { recentRecipes, rememberRecipe } from "./recent-recipes.js";
import { draftOf } from "./recipe-draft.js";
import { draftParts } from "./recipe-words.js";
import { Checked, Select, Whole } from "./sheet-fields.js";

/** @typedef {import("./recipe-draft.js").Draft} Draft @typedef {import("../../shared/types.js").Run} Run */

/** What differs from the run's own recipe; null: nothing is touched. */
const draft = signal(/** @type {Draft | null} */ (null));

/** @param {string} name */
const modelOf = (name) => allModels().find((known) => known.name === name);

/** The named ones, and those that fit data sets. @returns {import("./recipe-draft.js").Offered[]} */
const allModels = () => [...models.value, ...offeredModels.value];

/** @param {Partial<Draft>} part @param {Draft} now */
function edit(part, now) {
  const next = { ...(draft.value ?? now), ...part };
  const model = part.network && modelOf(part.network);
  draft.value = model ? withModel(next, model) : next;
}

/** A data set that the network cannot be shown brings one that fits.
 * @param {string} id @param {Draft} shown @param {Draft} own @param {Run} now */
async function pickData(id, shown, own, now) {
  const set = datasets.value.find((known) => known.id === id);
  const input = modelOf(shown.network)?.input ?? now.recipe.network?.input ?? [];
  const offer = set && !fits(set, input) && (await offerNetwork(set));
  if (offer) edit({ network: offer.name }, own);
  else if (!set || fits(set, input)) edit({ dataset: id }, own);
}

/** @param {{now: Run, shown: Draft, differs: string[]}} props */
function Choices({ now, shown, differs }) {
  const own = draftOf(now);
  const model = modelOf(shown.network);
  const offered = [
    ...models.value,
    ...offeredModels.value.filter(({ name }) => name === shown.network),
  ];
  const of = (/** @type {keyof Draft} */ name) => ({
    name,
    value: shown[name],
    changed: differs.includes(name),
    onPick: (/** @type {any} */ value) => edit({ [name]: value }, own),
  });
  return html`<div class="choices">
    <${Select} label="Network" ...${of("network")} options=${networkOptions(offered, now)} />
    <${Select} label="Data" ...${of("dataset")} options=${datasetOptions(datasets.value, shown, model, now)}
      onPick=${(/** @type {string} */ id) => pickData(id, shown, own, now)}><a href="data">Your own pictures…</a><//>
    <${Select} label="First weights" ...${of("init")} options=${initOptions(shown, model, now)} />
    <${Select} label="Optimiser" ...${of("optimizer")} options=${optimizerOptions()} />
    <${Whole} label="Batch" ...${of("batch_size")} least=${1} says=${BATCH_SAYS} />
    <${Pixels} key=${shown.network} ...${of("preprocessing")} channels=${(model?.input ?? now.recipe.network?.input)?.[0] ?? 1}
      set=${datasets.value.find(({ id }) => id === shown.dataset)} />
    <${Checked} label="Draw classes evenly" ...${of("balanced")} says=${BALANCED_SAYS} />
    <${Whole} label="Seed" ...${of("seed")} least=${0} says=${SEED_SAYS} />
  </div>`;
}

/** The layers of the network that is chosen. @param {{network: string}} props */
function Layers({ network }) {
  const known = modelOf(network);
  const named = Boolean(known);
  useEffect(() => {
    if (known && !known.offered) wantLayers(network);
  }, [network, named]);
  const list = named ? modelLayers.value[network] : layers.value;
  const total = list?.reduce((sum, layer) => sum + layer.parameters, 0);
  return html`<table class="layer-table" aria-busy=${!list}>
    <caption>The network, layer by layer</caption>
    <thead><tr><th scope="col">Layer</th><th scope="col">What it is</th><th scope="col">Gives</th><th scope="col">Parameters</th></tr></thead>
    <tbody>${list?.map(
      (
        layer,
      ) => html`<tr key=${layer.name}><th scope="row">${layer.name}</th><td>${layerTitle(layer)}</td>
        <td>${shapeText(layer.output_shape)}</td><td title=${layer.counted}>${layer.parameters ? count(layer.parameters) : "–"}</td></tr>`,
    )}</tbody>
    <tfoot><tr><th scope="row" colspan="3">All parameters</th><td data-test="total">${count(total)}</td></tr></tfoot>
  </table>`;
}

/** @param {{close: () => void}} props */
function Recent({ close }) {
  const list = recentRecipes();
  const again = async (/** @type {import("./recent-recipes.js").Recent} */ recent) => {
    if (!(await startRun(recent.recipe))) return;
    rememberRecipe(recent);
    close();
  };
  return html`<section class="recent" aria-label="Recent recipes"><h3>Recent recipes</h3>
    ${
      list.length
        ? html`<ul>${list.map(
            (recent) => html`<li key=${recent.says}><span>${recent.says}</span>
              <button type="button" disabled=${Boolean(busy.value)} aria-label=${`Start again: ${recent.says}`} onClick=${() => again(recent)}>Start again</button></li>`,
          )}</ul>`
        : html`<p>What you start here is kept in this list.</p>`
    }
  </section>`;
}

/** @param {{now: Run, shown: Draft, differs: string[], close: () => void}} props */
function Start({ now, shown, differs, close }) {
  const start = async () => {
    const recipe = recipeOf(shown, now, modelOf(shown.network));
    if (!(await startRun(recipe))) return;
    const says = draftParts(shown, allModels(), datasets.peek()).join(" · ");
    rememberRecipe({ says, recipe });
    close();
  };
  const part = forkRecipe(shown, differs);
  const at = pastStep.value ?? present.value;
  const fork = async () => {
    if (part && (await forkWithRecipe(part))) close();
  };
  return html`<footer>
    <p>${busy.value ?? "The run on the page is kept as it is."}</p>
    <button type="button" onClick=${close}>Cancel</button>
    ${part && at > 0 && html`<button type="button" disabled=${Boolean(busy.value)} onClick=${fork}>Fork at step ${count(at)}</button>`}
    <button type="button" class="primary" disabled=${Boolean(busy.value)} onClick=${start}>Start new run</button>
  </footer>`;
}

/** @param {{now: Run}} props */
function Sheet({ now }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    draft.value = null;
    refreshDatasets();
    dialog.current?.showModal();
  }, []);
  const close = () => dialog.current?.close(); // which gives the focus back
  const own = draftOf(now);
  const shown = draft.value ?? own;
  const differs = changedFields(shown, own);
  return html`<dialog class="new-run" ref=${dialog} aria-labelledby="new-run-title" onClose=${() => {
    newRunOpen.value = false;
  }}>
    <header><h2 id="new-run-title">New run</h2>
      <button type="button" class="quiet" aria-label="Close" onClick=${close}>✕</button></header>
    <${NoticeList} kind="new-run-notice" />
    <div class="new-run-body"><${Choices} now=${now} shown=${shown} differs=${differs} />
      <div><${Layers} network=${shown.network} /><${Recent} close=${close} /></div></div>
    <${Start} now=${now} shown=${shown} differs=${differs} close=${close} />
  </dialog>`;
}

export function NewRunSheet() {
  return newRunOpen.value && run.value && html`<${Sheet} now=${run.value} />`;
}
