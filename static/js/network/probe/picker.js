/** Test pictures to choose from: one sheet, and a button over each picture. */

import { useState } from "preact/hooks";
import { html } from "../../shared/html.js";
import { testNumber } from "../../shared/image-id.js";
import { address } from "../../shared/server.js";
import { chooseProbe } from "../intents.js";
import { datasets, probe, run } from "../state.js";
import { LIMIT, useHeldOutImages } from "./held-out.js";

const COLUMNS = 8;
const WITHOUT = "fashion-mnist-10k"; // whose held-out pictures a network without a data set is shown

/** @param {{images: import("../../shared/types.js").HeldOutImage[], names: string[], src: string}} props */
function Sheet({ images, names, src }) {
  return html`<div class="sheet">
    <img src=${src} alt="" width="288" height=${36 * Math.ceil(images.length / COLUMNS)} />
    <div class="sheet-buttons">${images.map(
      (image) => html`<button type="button" key=${image.id} title=${names[image.label]}
        aria-label=${`${names[image.label]}, test picture ${testNumber(image.id)}`}
        aria-pressed=${probe.value?.id === image.id} onClick=${() => chooseProbe(image.id)} />`,
    )}</div>
  </div>`;
}

/** What the labels of the pictures shown are called: the run's own names are of what it learns.
 * @param {string} shown */
const classesOf = (shown) =>
  (run.value?.trainable
    ? run.value.classes
    : datasets.value.find((known) => known.id === shown)?.classes) ?? [];

export function Picker() {
  const own = run.value?.absent ? null : run.value?.recipe.data?.dataset;
  const dataset = own ?? WITHOUT;
  const [cursors, setCursors] = useState(/** @type {string[]} */ ([])); // of the pages up to this one
  const [label, setLabel] = useState("");
  const cursor = cursors.at(-1) ?? null;
  const { images, next } = useHeldOutImages(dataset, cursor, label);
  const choose = (/** @type {any} */ e) => {
    setLabel(e.currentTarget.value);
    setCursors([]);
  };
  const query = {
    cursor,
    limit: LIMIT,
    columns: COLUMNS,
    format: /** @type {const} */ ("webp"),
    label: label === "" ? null : Number(label),
  };
  const names = classesOf(dataset);
  return html`<div class="picker">
    ${!own && html`<p class="hint spaced">This run has no data set here; these are held-out pictures of Fashion-MNIST.</p>`}
    <div class="picker-bar">
      <select aria-label="Class of the pictures" value=${label} onChange=${choose}>
        <option value="">all classes</option>
        ${names.map((name, i) => html`<option value=${String(i)}>${name}</option>`)}
      </select>
      <button type="button" disabled=${!cursors.length} onClick=${() => setCursors(cursors.slice(0, -1))}>Back</button>
      <button type="button" disabled=${next === null} onClick=${() => next && setCursors([...cursors, next])}>More</button>
    </div>
    ${images.length > 0 && html`<${Sheet} images=${images} names=${names} src=${address.sheet(dataset, query)} />`}
  </div>`;
}
