/** The tree of a network's layers, folded by module: which of them are on the page, and which of their filters. */
import { count, plural } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { all, chosen, firsts } from "./shown.js";
import { FILTERS, firstChoice, MOST_LAYERS, moduleOf, withFollowers } from "./windows.js";

/** @typedef {import("../../shared/types.js").Layer} Layer */

/** @param {Layer[]} some @param {boolean} on */
function choose(some, on) {
  const next = new Set(chosen.value);
  for (const { name } of some) next[on ? "add" : "delete"](name);
  if (next.size) chosen.value = next;
}

/** @param {string} name @param {number} first */
const show = (name, first) => () => {
  const together = withFollowers(all.value, name);
  firsts.value = { ...firsts.value, ...Object.fromEntries(together.map((one) => [one, first])) };
};

/** The way to the other filters of a layer that has many. @param {{layer: Layer}} props */
function Pager({ layer }) {
  const of = layer.output_shape[0];
  if (layer.output_shape.length !== 3 || of <= FILTERS) return null;
  const first = firsts.value[layer.name] ?? 0;
  const last = Math.min(of, first + FILTERS) - 1;
  return html`<span class="layer-window"><button type="button" disabled=${first === 0} aria-label=${`Earlier maps of ${layer.name}`} onClick=${show(layer.name, Math.max(0, first - FILTERS))}>←</button>
    ${first} to ${last} of ${count(of)}
    <button type="button" disabled=${last === of - 1} aria-label=${`Later maps of ${layer.name}`} onClick=${show(layer.name, Math.min(of - FILTERS, first + FILTERS))}>→</button></span>`;
}

/** @param {{layer: Layer, within: string}} props `within`: the module whose name need not be said again */
function Leaf({ layer, within }) {
  const on = chosen.value.has(layer.name);
  return html`<li><label class="check"><input type="checkbox" checked=${on}
      onChange=${(/** @type {any} */ e) => choose([layer], e.currentTarget.checked)} />
      <b>${layer.name.slice(within.length)}</b> <span class="faded">${layer.type}</span></label>${on && html`<${Pager} layer=${layer} />`}</li>`;
}

/** @param {{layers: Layer[], within: string}} props */
function Level({ layers, within }) {
  /** @type {Map<string, Layer[]>} */
  const groups = new Map();
  for (const layer of layers) {
    const module = moduleOf(layer.name.slice(within.length));
    groups.set(module, [...(groups.get(module) ?? []), layer]);
  }
  return html`<ul>${[...groups].map(([module, some]) =>
    module === ""
      ? some.map((layer) => html`<${Leaf} key=${layer.name} layer=${layer} within=${within} />`)
      : html`<${Branch} key=${module} name=${`${within}${module}.`} layers=${some} label=${module} />`,
  )}</ul>`;
}

/** A module that folds. @param {{name: string, label: string, layers: Layer[]}} props */
function Branch({ name, label, layers }) {
  const on = layers.filter((layer) => chosen.value.has(layer.name)).length;
  return html`<li><details><summary><b>${label}</b> <span class="faded">${on} of ${plural(layers.length, "layer")}</span></summary>
    <button type="button" class="quiet" onClick=${() => choose(layers, on < layers.length)}>${on < layers.length ? "all of them" : "none of them"}</button>
    <${Level} layers=${layers} within=${name} /></details></li>`;
}

export function LayerChoice() {
  const known = all.value;
  const many = chosen.value.size;
  return html`<details class="layer-choice"><summary class="button">Layers <span class="faded">${many} of ${known.length}</span></summary>
    <div class="layer-tree">
      ${known.length > MOST_LAYERS && html`<p class="hint">Every layer on the page takes its time to be sent: about ${MOST_LAYERS} stay quick.</p>`}
      <button type="button" class="quiet" onClick=${() => {
        chosen.value = new Set(firstChoice(known).map(({ name }) => name));
      }}>as at first</button>
      <${Level} layers=${known} within="" /></div></details>`;
}
