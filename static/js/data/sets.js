/** The data sets that there are: own ones first. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { dataAddress } from "../shared/data-server.js";
import { count, plural, shape } from "../shared/format.js";
import { html } from "../shared/html.js";
import { address } from "../shared/server.js";
import { askToRemove, removeSet, renameSet, train } from "./intents.js";
import { busy, deleting, editing, otherSets, ownSets, sets } from "./state.js";

/** @typedef {import("../shared/types.js").Dataset} Dataset */

const COLUMNS = 8;
const NAMED = 10; // classes in a line

/** Of own sets what is learned from, since little may be held out. @param {Dataset} set */
function Sample({ id, title, shape: [, high, wide], own, train, test, sha256 }) {
  const many = own ? train : test;
  const columns = Math.min(COLUMNS, many);
  const rows = many < 2 * COLUMNS ? 1 : 2;
  const image = Array.from({ length: rows * columns }, (_, i) => `${own ? "train" : "test"}-${i}`);
  return html`<img class="set-sample" src=${`${address.sheet(id, { image, columns })}&v=${sha256.slice(0, 8)}`}
    alt=${`Some pictures of ${title}`} width=${columns * wide} height=${rows * high} loading="lazy" />`;
}

/** @param {{set: Dataset}} props */
function Classes({ set }) {
  const some = set.classes.slice(0, NAMED).map((name, i) => {
    const pictures = set.own ? set.train_counts[i] + set.test_counts[i] : null;
    return html`<span key=${i}>${name}${pictures !== null && html` <span class="muted">${count(pictures)}</span>`}</span>`;
  });
  const more = set.classes.length - NAMED;
  return html`<p class="set-classes">${some}${more > 0 && html`<span class="muted">and ${count(more)} more</span>`}</p>`;
}

/** @param {{set: Dataset}} props */
const Facts = ({ set }) => html`<p class="muted set-facts">
    <span>${count(set.train)} to learn from, ${count(set.test)} held out</span>
    <span>${shape(set.shape.slice(1))} pixels, ${set.shape[0] === 3 ? "in colour" : "grey"}</span>
    ${set.sha256 && html`<span title=${`SHA-256 ${set.sha256}`}>SHA-256 <code>${set.sha256.slice(0, 10)}…</code></span>`}
    ${set.licence && html`<span>${set.licence}</span>`}
    ${set.origin && html`<span>${set.origin}</span>`}
  </p>`;

/** @param {{set: Dataset}} props */
const Actions = ({ set: { id, title, own } }) => html`<div class="set-actions">
    <button type="button" class="primary" disabled=${Boolean(busy.value)} aria-label=${`Train on it: ${title}`} onClick=${() => train(id)}>Train on it</button>
    ${
      own &&
      html`<button type="button" aria-label=${`Rename ${title}`} onClick=${() => {
        editing.value = id;
      }}>Rename…</button>
      <a class="button" href=${dataAddress.exported(id)} download=${`${id}.zip`} aria-label=${`Export ${title}`}>Export</a>
      <button type="button" aria-label=${`Delete ${title}`} onClick=${() => askToRemove(id)}>Delete…</button>`
    }
  </div>`;

/** @param {{set: Dataset}} props */
const Row = ({ set }) =>
  set.available
    ? html`<li class="set"><${Sample} ...${set} />
        <div class="set-what"><h3>${set.title}</h3><${Classes} set=${set} /><${Facts} set=${set} /></div>
        <${Actions} set=${set} /></li>`
    : html`<li class="set absent"><div class="set-what"><h3>${set.title}</h3><p>${set.why}</p></div></li>`;

/** @param {{title: string, id: string, list: Dataset[], none?: string}} props */
const List = ({ title, id, list, none }) => html`<section class="sets" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    ${list.length ? html`<ul>${list.map((set) => html`<${Row} key=${set.id} set=${set} />`)}</ul>` : html`<p class="muted">${none}</p>`}
  </section>`;

export function Sets() {
  if (sets.value === null) return html`<p class="muted" role="status">Loading the data sets…</p>`;
  return html`<${List} id="own-sets" title="Your own" list=${ownSets.value} none="None yet: what you keep above is listed here." />
    <${List} id="other-sets" title="Others" list=${otherSets.value} />`;
}

// --- dialogs ---------------------------------------------------------------------------------------

/** @param {{label: string, onClose: () => void, children?: any}} props */
function Dialog({ label, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const back = document.activeElement;
    dialog.current?.showModal();
    return () => back instanceof HTMLElement && back.focus();
  }, []);
  return html`<dialog class="set-dialog" ref=${dialog} aria-label=${label} onClose=${onClose}>${children}</dialog>`;
}

/** @param {{set: Dataset}} props */
function Rename({ set }) {
  const close = () => {
    editing.value = null;
  };
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
    const classes = form.getAll("class").map((name, i) => String(name).trim() || set.classes[i]);
    const [title, licence, origin] = [text("title") || set.title, text("licence"), text("origin")];
    renameSet(set.id, { title, licence, origin, classes });
  };
  return html`<${Dialog} label=${`Rename ${set.title}`} onClose=${close}><form onSubmit=${onSubmit}>
    <label>Title <input name="title" type="text" maxlength="200" required defaultValue=${set.title} /></label>
    <label>Licence <input name="licence" type="text" maxlength="1000" defaultValue=${set.licence} /></label>
    <label>Origin <input name="origin" type="text" maxlength="1000" defaultValue=${set.origin} /></label>
    <fieldset><legend>Classes</legend>${set.classes.map(
      (name, i) =>
        html`<input key=${i} name="class" type="text" maxlength="100" required defaultValue=${name} aria-label=${`Class ${i + 1}`} />`,
    )}</fieldset>
    <div class="set-dialog-foot"><button type="button" onClick=${close}>Cancel</button><button type="submit" class="primary">Save</button></div>
  </form><//>`;
}

/** @param {{runs: import("./state.js").Deleting["runs"]}} props */
const Using = ({
  runs,
}) => html`<p>${plural(runs.length, "run")} ${runs.length === 1 ? "uses" : "use"} this data set:</p>
  <ul>${runs.map(({ id, name }) => html`<li key=${id}><a href=${address.open(id)}>${name}</a></li>`)}</ul>
  <p>Without its pictures what was learned can be looked at, but not trained on.</p>`;

/** @param {{set: Dataset, runs: import("./state.js").Deleting["runs"]}} props */
function Delete({ set, runs }) {
  const used = runs.length > 0;
  const close = () => {
    deleting.value = null;
  };
  return html`<${Dialog} label=${`Delete ${set.title}`} onClose=${close}>
    ${used && html`<${Using} runs=${runs} />`}
    <p>Delete <strong>${set.title}</strong>${used && " all the same"}? It goes for good. An export keeps a copy that can be brought back.</p>
    <div class="set-dialog-foot"><button type="button" onClick=${close}>Cancel</button>
      <button type="button" class="primary" onClick=${() => removeSet(set.id, used)}>${used ? "Delete all the same" : "Delete"}</button></div>
  <//>`;
}

/** @param {string} id */
const setOf = (id) => ownSets.value.find((set) => set.id === id);

export function Dialogs() {
  const [named, gone] = [setOf(editing.value ?? ""), setOf(deleting.value?.id ?? "")];
  return html`${named && html`<${Rename} key=${named.id} set=${named} />`}
    ${gone && html`<${Delete} set=${gone} runs=${deleting.value?.runs ?? []} />`}`;
}
