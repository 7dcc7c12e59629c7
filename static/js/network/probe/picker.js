/** Test pictures to choose from: one sheet, and a button over each picture. */

import { useState } from "preact/hooks";
import { html } from "../../shared/html.js";
import { testNumber } from "../../shared/image-id.js";
import { address } from "../../shared/server.js";
import { chooseProbe } from "../intents.js";
import { datasets, probe, run } from "../state.js";
import { COUNT, useHeldOutImages } from "./held-out.js";

const COLUMNS = 8;
const WITHOUT = "fashion-mnist-10k"; // whose held-out pictures a network without a data set is shown

/** @param {{pictures: import("../../shared/types.js").HeldOutImage[], src: string}} props */
function Sheet({ pictures, src }) {
  return html`<div class="sheet">
    <img src=${src} alt="" width="288" height=${36 * Math.ceil(pictures.length / COLUMNS)} />
    <div class="sheet-buttons">${pictures.map(
      (picture) => html`<button type="button" key=${picture.id} title=${picture.class}
        aria-label=${`${picture.class}, test picture ${testNumber(picture.id)}`}
        aria-pressed=${probe.value?.id === picture.id} onClick=${() => chooseProbe(picture.id)} />`,
    )}</div>
  </div>`;
}

/** @param {string | null} own @param {string} shown */
const classesOf = (own, shown) =>
  own
    ? (run.value?.classes ?? [])
    : (datasets.value.find((known) => known.name === shown)?.classes ?? []);

export function Picker() {
  const own = run.value?.recipe.dataset;
  const dataset = own ?? WITHOUT;
  const [offset, setOffset] = useState(0);
  const [label, setLabel] = useState("");
  const { pictures, next } = useHeldOutImages(dataset, offset, label);
  const choose = (/** @type {any} */ e) => {
    setLabel(e.currentTarget.value);
    setOffset(0);
  };
  const query = {
    offset,
    count: COUNT,
    columns: COLUMNS,
    label: label === "" ? null : Number(label),
  };
  return html`<div class="picker">
    ${!own && html`<p class="hint spaced">This network has no data set of its own; these are held-out pictures of Fashion-MNIST.</p>`}
    <div class="picker-bar">
      <select aria-label="Class of the pictures" value=${label} onChange=${choose}>
        <option value="">all classes</option>
        ${classesOf(own, dataset).map((name, i) => html`<option value=${String(i)}>${name}</option>`)}
      </select>
      <button type="button" disabled=${offset === 0} onClick=${() => setOffset(Math.max(0, offset - COUNT))}>Back</button>
      <button type="button" disabled=${next === null} onClick=${() => setOffset(next ?? 0)}>More</button>
    </div>
    ${pictures.length > 0 && html`<${Sheet} pictures=${pictures} src=${address.sheet(dataset, query)} />`}
  </div>`;
}
