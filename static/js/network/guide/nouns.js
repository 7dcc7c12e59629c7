/**
 * The tour's coloured words, and which parts of the page they mean; a part that is pointed at lights up its word.
 */
import { computed, signal } from "@preact/signals";
import { html } from "../../shared/html.js";
import { bringIntoView } from "./into-view.js";

/** Each noun's parts. @type {Record<string, string>} */
export const PARTS = {
  picture: ".column.input .map, .probe-now figure",
  kernels: ".column.conv .cell, .filter .trio table",
  maps: ".column.conv .map, .column.maps .map, .filter .channel-map",
  answers: ".answers, .best-answers",
  loss: "[data-part=loss], .curves [aria-label='Loss per step']",
  accuracy: "[data-part=accuracy], .curves [aria-label='Accuracy per step']",
  gradient: "[data-tour=kind], .more-settings:not([open]) summary",
  window: ".filter .sweep",
  timeline: ".foot-bar",
  probe: "[data-tour=probe]",
  controls: "[data-tour=play]",
};

/** A filter, as a noun of its own. @param {string} layer @param {number} filter */
export const filterParts = (layer, filter) =>
  `[data-column="${layer}"] .cell[data-channel="${filter}"], [data-column="${layer}"] .map[data-channel="${filter}"]`;

/** @typedef {{noun: string, parts: string}} Meant */

const hovered = signal(/** @type {Meant | null} */ (null));
const held = signal(/** @type {Meant | null} */ (null));

/** What is outlined on the page. */
export const outlined = computed(() => hovered.value ?? held.value);

/** The part of the page that is pointed at, or has the focus. */
const under = signal(/** @type {Element | null} */ (null));

/** Outlines until something else is, or nothing. @param {Meant | null} meant */
export function hold(meant) {
  held.value = meant;
}

export function letGo() {
  held.value = hovered.value = null;
}

/** @param {Meant} meant */
function press(meant) {
  hold(held.value?.parts === meant.parts ? null : meant);
  if (held.value) bringIntoView(meant.parts);
}

/** @param {{meant: Meant, children?: any}} props */
function Noun({ meant, children }) {
  const enter = () => {
    hovered.value = meant;
  };
  const leave = () => {
    hovered.value = null;
  };
  const lit = outlined.value?.parts === meant.parts || Boolean(under.value?.closest(meant.parts));
  return html`<button type="button" class=${`noun noun-${meant.noun} ${lit ? "lit" : ""}`} aria-pressed=${held.value?.parts === meant.parts}
    onPointerEnter=${enter} onPointerLeave=${leave} onFocus=${enter} onBlur=${leave} onClick=${() => press(meant)}>${children}</button>`;
}

/** A word of the vocabulary. @param {string} noun @param {string} [says] @param {string} [then] what stays with it on its line */
export const word = (noun, says = noun, then = "") =>
  html`<span class="noun-place"><${Noun} meant=${{ noun, parts: PARTS[noun] }}>${says}<//>${then}</span>`;

/** A filter by its name. @param {string} layer @param {number} filter @param {string} [then] what stays with it on its line */
export const filterWord = (layer, filter, then = "") =>
  html`<span class="noun-place"><${Noun} meant=${{ noun: "filter", parts: filterParts(layer, filter) }}>${`${layer}, filter ${filter}`}<//>${then}</span>`;

/** Follows the pointer and the focus over the page. @returns {() => void} undoes it */
export function followPointing() {
  const see = (/** @type {Event} */ { target }) => {
    under.value = target instanceof Element && !target.closest(".noun") ? target : null;
  };
  addEventListener("pointerover", see);
  addEventListener("focusin", see);
  return () => {
    removeEventListener("pointerover", see);
    removeEventListener("focusin", see);
    under.value = null;
  };
}
