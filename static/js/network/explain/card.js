/**
 * The card of the number that is open, in a place of its own beside the network: first the value in words,
 * then, for whoever asks, all of its arithmetic.
 */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { withMinus } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { reducedMotion } from "../../shared/media-queries.js";
import { filterOf } from "../drawing/names.js";
import { BesideField } from "../filter/weight-cell.js";
import { askWhy, openFilter } from "../intents.js";
import { detailed, openedFilter, pinned, playing, run } from "../state.js";
import { isShort, ValueBody, ValueGist, valueName, whenText } from "./arithmetic/value.js";
import { NoGradient, WeightBody, WeightGist } from "./arithmetic/weight.js";
import { explained } from "./explanation.js";
import { columnOf, weightName } from "./names.js";
import { isWeight, unpin } from "./pointing.js";

/** @typedef {import("./explanation.js").Explained} Explained */

const SHEET = "(max-width: 900px)"; // there the card lies over the page's lower part

/** The map or filter that the place is in. @param {Explained} now */
function cellOf({ place }) {
  const channel = isWeight(place) ? place.index[0] : place.channel;
  return document.querySelector(`[data-column="${place.layer}"] [data-channel="${channel}"]`);
}

/** The maps that it was made from, and its own. @param {Explained} now @returns {DOMRect[]} its own first */
function boxesOf(now) {
  const own = cellOf(now);
  const column = columnOf(now.place.layer);
  const from = column?.source?.name;
  const same = column?.role === "maps" && !isWeight(now.place) ? `="${now.place.channel}"` : "";
  const cells = document.querySelectorAll(`[data-column="${from}"] [data-channel${same}]`);
  return own ? [own, ...cells].map((cell) => cell.getBoundingClientRect()) : [];
}

/** How far the page has to be scrolled for boxes to be seen above the card and below what sticks to the top: the first
 * group for which there is room, else the last. @param {DOMRect[][]} groups @param {number} top @param {number} bottom */
function scrollFor(groups, top, bottom) {
  const wholes = groups.map((boxes) => ({
    top: Math.min(...boxes.map((box) => box.top)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  }));
  const fits = wholes.find((whole) => whole.bottom - whole.top <= bottom - top - 16);
  const whole = fits ?? wholes[wholes.length - 1];
  if (whole.bottom > bottom - 8) return Math.min(whole.bottom - bottom + 8, whole.top - top - 8);
  return Math.min(0, whole.top - top - 8);
}

/** Where the card covers a part of the page, it stands above the answers, and what it explains is scrolled out from
 * under it. @param {import("preact").RefObject<HTMLElement | null>} ref @param {Explained} now */
function useUncovered(ref, now) {
  const held = pinned.value !== null;
  useLayoutEffect(() => {
    const foot = document.querySelector(".page-foot");
    const high = matchMedia(SHEET).matches && foot ? foot.clientHeight : 0;
    ref.current?.style.setProperty("--foot", `${high}px`);
  });
  useEffect(() => {
    const [own, ...others] = held && matchMedia(SHEET).matches ? boxesOf(now) : [];
    if (!own || !ref.current) return;
    const lens = [...document.querySelectorAll(".map-lens")].map((one) =>
      one.getBoundingClientRect(),
    );
    const groups = [[...lens, ...others], others, lens, []].map((more) => [own, ...more]);
    const sticks = [...document.querySelectorAll(".controls, .go")].filter(
      (part) => getComputedStyle(part).position === "sticky",
    );
    const top = Math.max(0, ...sticks.map((part) => part.clientHeight));
    const by = scrollFor(groups, top, ref.current.getBoundingClientRect().top);
    if (by) scrollBy({ top: by, behavior: reducedMotion.peek() ? "auto" : "smooth" });
  }, [held, JSON.stringify(now.place)]);
}

/** The panel takes the card's place. @param {number} channel of a class */
function whyOf(channel) {
  unpin();
  askWhy(String(channel));
}

/** @param {{now: Explained}} props */
function Head({ now }) {
  const { place, answer } = now;
  const held = pinned.value !== null;
  const column = columnOf(place.layer);
  const channel = isWeight(place) ? place.index[0] : place.channel;
  const filter = held && column && !openedFilter.value ? filterOf(column, channel) : null;
  const score = held && column?.role === "classes" && !isWeight(place);
  const name = isWeight(place) ? weightName(place) : answer ? valueName(answer) : place.layer;
  const when = answer && (isWeight(place) ? whenText(answer.gradient) : whenText(answer));
  return html`<header><h2>${name}</h2>
    <small>${[when, playing.value && "training"].filter(Boolean).join(", ")}</small>
    ${filter && html`<button type="button" class="quiet" onClick=${() => openFilter(filter.layer, filter.channel)}>Open filter</button>`}
    ${score && html`<button type="button" class="quiet" onClick=${() => whyOf(channel)}>Why this answer?</button>`}
    ${
      held
        ? html`<button type="button" class="quiet close" aria-label="Unpin" title="Unpin. Key: Escape" onClick=${unpin}>✕</button>`
        : html`<small class="hint">${isWeight(place) ? (openedFilter.value ? "click to change it" : "click to open its filter") : "click to pin"}</small>`
    }</header>`;
}

/** The value in words. @param {{now: Explained}} props */
function Gist({ now }) {
  if (isWeight(now.place)) return html`<${WeightGist} place=${now.place} answer=${now.answer} />`;
  if (now.problem) return html`<p>${now.problem}</p>`;
  return now.answer && html`<${ValueGist} answer=${now.answer} softmax=${now.softmax} />`;
}

/** All of its arithmetic. @param {{now: Explained}} props */
function Body({ now }) {
  const weight = isWeight(now.place);
  if (now.problem) return weight ? html`<${NoGradient} problem=${now.problem} />` : null;
  if (!now.answer) return null;
  return weight
    ? html`<${WeightBody} answer=${now.answer} />`
    : html`<${ValueBody} answer=${now.answer} softmax=${now.softmax} />`;
}

/** @param {{now: Explained}} props */
function Details({ now }) {
  if (!now.answer && !isWeight(now.place)) return null;
  if (now.answer && !isWeight(now.place) && isShort(now.answer))
    return html`<${Body} now=${now} />`;
  if (now.problem) return html`<${Body} now=${now} />`;
  const open = detailed.value;
  const what = isWeight(now.place) ? "its gradient and its last update" : "all of the arithmetic";
  return html`<button type="button" class="quiet more" aria-expanded=${open} onClick=${() => {
    detailed.value = !open;
  }}>${open ? "Less" : `Show ${what}`}</button>
    ${open && html`<${Body} now=${now} />`}`;
}

/** @param {{now: Explained}} props */
function Card({ now }) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useUncovered(ref, now);
  const held = pinned.value !== null;
  return html`<section ref=${ref} class=${`explain ${held ? "held" : ""}`} role="region" tabindex=${held ? 0 : undefined}
    aria-label="How this number is computed"><${Head} now=${now} />
    <div class="explain-body"><${Gist} now=${now} />${held && isWeight(now.place) && html`<${BesideField} place=${now.place} />`}<${Details} now=${now} /></div></section>`;
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
  return html`${now && (now.answer || now.problem) && html`<${Card} now=${now} />`}<${Spoken} />`;
}
