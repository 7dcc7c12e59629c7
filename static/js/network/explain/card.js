/** The floating card beside the number that is open. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { withMinus } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { placeBeside } from "../../shared/popover.js";
import { filterOf } from "../drawing/names.js";
import { openFilter } from "../intents.js";
import { openedFilter, pinned, playing, run } from "../state.js";
import { ValueBody, valueName, whenText } from "./arithmetic/value.js";
import { NoGradient, WeightBody } from "./arithmetic/weight.js";
import { explained } from "./explanation.js";
import { columnOf } from "./names.js";
import { isWeight, unpin } from "./pointing.js";

/** @typedef {import("./explanation.js").Explained} Explained */

/** What a weight is called. @param {import("./places.js").WeightPlace} place */
export function weightName({ layer, tensor, index }) {
  if (tensor === "bias") return `${layer}, bias of filter ${index[0]}`;
  return `${layer}, weight (${index.join(", ")})`;
}

/** @param {Element | null} element */
const boxOf = (element) => element?.getBoundingClientRect() ?? null;

/** What must not be covered: the value's own column and the one before it. @param {Explained} now */
function clearOf({ place }) {
  if (place.within === "filter") return boxOf(document.querySelector(".filter .answer"));
  const own = boxOf(document.querySelector(`[data-column="${place.layer}"] .plate`));
  const source = columnOf(place.layer)?.source?.name;
  const before = source ? boxOf(document.querySelector(`[data-column="${source}"] .plate`)) : own;
  return own && before
    ? { left: before.left, right: own.right, top: own.top, bottom: own.bottom }
    : own;
}

/** The box of the map or filter that the place is in. @param {Explained} now */
function nearOf({ place }) {
  if (place.within === "filter") return boxOf(document.querySelector(".filter .answer .picture"));
  const channel = isWeight(place) ? place.index[0] : place.channel;
  const cells = document.querySelectorAll(`[data-column="${place.layer}"] [data-channel]`);
  const own = [...cells].find((cell) => cell.getAttribute("data-channel") === String(channel));
  return boxOf(own ?? cells[0] ?? null);
}

/** Puts the card beside its number, before anything is painted.
 * @param {import("preact").RefObject<HTMLElement | null>} ref @param {Explained} now */
function usePlace(ref, now) {
  useLayoutEffect(() => {
    const card = ref.current;
    const clear = clearOf(now);
    if (!card || !clear) return;
    card.style.width = "";
    const size = { width: card.offsetWidth, height: card.offsetHeight };
    const at = placeBeside(clear, nearOf(now) ?? clear, size, {
      width: innerWidth,
      height: innerHeight,
    });
    card.style.left = `${at.left}px`;
    card.style.top = `${at.top}px`;
    if (at.width !== size.width) card.style.width = `${at.width}px`;
  });
}

/** @param {{now: Explained}} props */
function Head({ now }) {
  const { place, answer } = now;
  const held = pinned.value !== null;
  const column = columnOf(place.layer);
  const channel = isWeight(place) ? place.index[0] : place.channel;
  const filter = held && column && !openedFilter.value ? filterOf(column, channel) : null;
  const name = isWeight(place) ? weightName(place) : answer ? valueName(answer) : place.layer;
  const when = answer && !isWeight(place) ? whenText(answer) : "";
  return html`<header><h2>${name}</h2>
    <small>${when}${playing.value ? ", training" : ""}</small>
    ${filter && html`<button type="button" class="quiet" onClick=${() => openFilter(filter.layer, filter.channel)}>Open filter</button>`}
    ${
      held
        ? html`<button type="button" class="quiet close" aria-label="Unpin" title="Unpin. Key: Escape" onClick=${unpin}>✕</button>`
        : html`<small class="hint">${isWeight(place) ? "click to open its filter" : "click to pin"}</small>`
    }</header>`;
}

/** @param {{now: Explained}} props */
export function Body({ now }) {
  const weight = isWeight(now.place);
  if (now.problem)
    return weight ? html`<${NoGradient} problem=${now.problem} />` : html`<p>${now.problem}</p>`;
  if (!now.answer) return null;
  return weight
    ? html`<${WeightBody} answer=${now.answer} />`
    : html`<${ValueBody} answer=${now.answer} softmax=${now.softmax} />`;
}

/** @param {Explained} now */
const sizeClass = (now) => (isWeight(now.place) ? "wide" : now.softmax ? "widest" : "");

/** @param {{now: Explained}} props */
function Floating({ now }) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  usePlace(ref, now);
  const held = pinned.value !== null;
  return html`<section ref=${ref} class=${`explain ${sizeClass(now)} ${held ? "held" : ""}`} role="region" tabindex=${held ? 0 : undefined}
    aria-label="How this number is computed"><${Head} now=${now} /><div class="explain-body"><${Body} now=${now} /></div></section>`;
}

/** @param {Explained} now with its answer */
function spokenOf({ place, answer }) {
  const figures = (/** @type {number} */ value) => withMinus(Number(value).toPrecision(4));
  if (isWeight(place)) {
    return `${weightName(place)}: gradient ${figures(answer.gradient.total)}, now ${figures(answer.update.after)}`;
  }
  return answer.value === undefined ? "" : `${valueName(answer)}: ${figures(answer.value)}`;
}

/** A sentence for those who do not see the card. */
function Spoken() {
  const now = explained.value;
  const said = now?.answer ? spokenOf(now) : "";
  return html`<p class="visually-hidden" aria-live="polite">${playing.value ? "" : said}</p>`;
}

export function ExplainCard() {
  const now = explained.value;
  run.value;
  const docked = now && isWeight(now.place) && now.place.within === "filter";
  return html`${now && !docked && (now.answer || now.problem) && html`<${Floating} now=${now} />`}<${Spoken} />`;
}
