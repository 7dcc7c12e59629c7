/** The tour: a rail beside the network, or a sheet below it, with one chapter at a time and a list of all. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../../shared/html.js";
import { useFocusInside } from "../page/focus.js";
import { guideOpen } from "../state.js";
import { at, CHAPTERS, goTo, leaveChapter } from "./chapters.js";
import { followPointing } from "./nouns.js";
import { obstacleTo } from "./obstacles.js";
import { Outlines } from "./outlines.js";
import { silenceNow, stillSilenced, unsilence } from "./silence.js";

/** @typedef {import("./obstacles.js").Act} Act */

const close = () => {
  guideOpen.value = false;
};

/** It stays where it is, whatever it says, so that the keyboard does not lose it.
 * @param {{act: Act | null, main?: boolean}} props */
function Button({ act, main = false }) {
  const off = act === null;
  return html`<button type="button" class=${main ? "primary guide-act" : ""} aria-disabled=${off} onClick=${() => act?.[1]()}>${act?.[0] ?? "Wait…"}</button>`;
}

/** What can be done about what is in the way. @param {import("./obstacles.js").Obstacle} stop @returns {Act | null} */
function wayOut({ act, chapter: title }) {
  const other = CHAPTERS.find((chapter) => chapter.title === title);
  return other ? [`Go to “${title}”`, () => goTo(other)] : act;
}

/** @param {{now: import("./chapters.js").Now, stop: import("./obstacles.js").Obstacle | null}} props */
function Acts({ now, stop }) {
  const out = stop && wayOut(stop);
  const last = at.value === CHAPTERS.length - 1;
  const done = now.done && !stop;
  return html`<div class="guide-acts">
    ${(!stop || out) && html`<${Button} act=${stop ? out : now.act} main=${!done} />`}
    ${!stop && now.more && html`<${Button} act=${now.more} />`}
    <span class="guide-turn">
      <button type="button" disabled=${at.value === 0} onClick=${() => goTo(CHAPTERS[at.value - 1])}>Back</button>
      <button type="button" class=${done ? "primary" : ""} onClick=${() => (last ? close() : goTo(CHAPTERS[at.value + 1]))}>${last ? "Done" : "Next"}</button></span>
  </div>`;
}

/** A new chapter is read from its beginning; what came of it is scrolled to, where the sheet is low.
 * @param {unknown} told */
function useReading(told) {
  const result = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const rail = result.current?.closest(".rail");
    if (rail) rail.scrollTop = 0;
  }, [at.value]);
  useLayoutEffect(() => {
    const acts = result.current?.nextElementSibling;
    const rail = result.current?.closest(".rail");
    if (!told || !acts || !rail || !result.current) return;
    const hidden = result.current.getBoundingClientRect().bottom - acts.getBoundingClientRect().top;
    if (hidden > 0) rail.scrollTop += hidden;
  }, [told]);
  return result;
}

function ChapterNow() {
  const chapter = CHAPTERS[at.value];
  const stop = obstacleTo(chapter.needs);
  const now = chapter.now();
  const told = stop ? stop.says : now.told;
  const result = useReading(told);
  return html`<section class="guide-chapter" aria-labelledby="guide-chapter-title">
    <div aria-live="polite" key=${at.value}><h3 id="guide-chapter-title">${chapter.title}</h3>
      <p class="guide-text">${now.text}</p></div>
    ${!stop && now.live && html`<p class="guide-live">${now.live}</p>`}
    <p class="guide-told" role="status" ref=${result}>${told}</p>
    <${Acts} now=${now} stop=${stop} />
  </section>`;
}

function Chapters() {
  return html`<nav aria-label="Chapters of the tour"><ol class="guide-list">${CHAPTERS.map(
    (chapter, i) =>
      html`<li key=${i}><button type="button" aria-current=${i === at.value ? "step" : undefined} onClick=${() => goTo(chapter)}>${chapter.title}</button></li>`,
  )}</ol></nav>`;
}

function Rail() {
  const title = /** @type {any} */ (useFocusInside());
  useEffect(followPointing, []);
  useLayoutEffect(() => {
    goTo(CHAPTERS[at.peek()]);
    return leaveChapter;
  }, []);
  return html`<aside class="rail" data-tour="rail" aria-labelledby="guide-title">
    <header class="guide-head"><h2 id="guide-title" tabindex="-1" ref=${title}>A two-minute tour</h2>
      <span class="hint">${at.value + 1} of ${CHAPTERS.length}</span>
      <button type="button" class="quiet" aria-label="Close the tour" onClick=${close}>✕</button></header>
    <${ChapterNow} /><${Chapters} />
  </aside>`;
}

/** What the tour changed is not left behind unsaid. */
function Leftover() {
  const now = silenceNow.value;
  if (!now || !stillSilenced.value) return null;
  return html`<aside class="guide-leftover" aria-label="Left from the tour"><p role="status">${now.layer}, filter ${now.filter} is still silenced from the tour.</p>
    <button type="button" class="primary" onClick=${unsilence}>Take it back</button></aside>`;
}

export const Guide = () =>
  guideOpen.value ? html`<${Rail} /><${Outlines} />` : html`<${Leftover} />`;
