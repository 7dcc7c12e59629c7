/** The tabs of an open filter: its weights, and what it learned, of which each is fetched when it is first opened. */
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { html } from "../../../shared/html.js";
import { lazy, styled } from "../../lazy.js";
import { observed, openedFilter } from "../../state.js";

const WAITING = html`<p class="hint">Opening…</p>`;

/** @type {[string | null, string][]} */
const TABS = [
  [null, "Its weights"],
  ["answers-to", "Answers to"],
  ["wants", "Wants"],
  ["is-worth", "Is worth"],
  ["biography", "Biography"],
];

/** What is open, as the address has it: "wants", "wants.probe". */
const openPlace = computed(() => (openedFilter.value?.tab ?? "").split("."));

/** The one that is open; null: its weights. */
export const openTab = computed(() => {
  const [tab] = openPlace.value;
  return !observed.value && TABS.some(([known]) => known === tab) ? tab : null;
});

/** Which way of the tab's two was chosen; undefined: the first. */
export const openWay = computed(() => openPlace.value[1]);

/** @param {string} tab @param {(again: string) => Promise<any>} load */
const onceOpened = (tab, load) => lazy(() => openTab.value === tab, load, WAITING);

/** @type {Record<string, () => any>} */
const VIEWS = {
  "answers-to": onceOpened("answers-to", (again) =>
    styled(import(`./answers-to.js${again}`), "filter-learned").then((module) => module.AnswersTo),
  ),
  wants: onceOpened("wants", (again) =>
    styled(import(`./wants.js${again}`), "filter-learned").then((module) => module.Wants),
  ),
  "is-worth": onceOpened("is-worth", (again) =>
    styled(import(`./is-worth.js${again}`), "filter-learned").then((module) => module.IsWorth),
  ),
  biography: onceOpened("biography", (again) =>
    styled(import(`./biography.js${again}`), "filter-learned").then((module) => module.Biography),
  ),
};

/** @param {string | null} tab */
export function openAt(tab) {
  const place = openedFilter.peek();
  if (place) openedFilter.value = { ...place, tab };
}

/** @param {string | null} tab */
const idOf = (tab) => `filter-tab-${tab ?? "weights"}`;

export function FilterTabs() {
  if (observed.value) return null; // nobody has its data here
  const now = openTab.value;
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const at = TABS.findIndex(([tab]) => tab === now);
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: -at - 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const [next] = TABS[(at + by + TABS.length) % TABS.length];
    openAt(next);
    document.getElementById(idOf(next))?.focus();
  };
  return html`<div class="tabs filter-tabs" role="tablist" aria-label="About this filter" onKeyDown=${onKey}>${TABS.map(
    ([
      tab,
      text,
    ]) => html`<button type="button" role="tab" id=${idOf(tab)} aria-selected=${tab === now}
      aria-controls="filter-panel" tabindex=${tab === now ? 0 : -1} onClick=${() => openAt(tab)}>${text}</button>`,
  )}</div>`;
}

/** What the open tab shows. @param {{children?: any}} props */
export function FilterPanel({ children }) {
  return html`<div id="filter-panel" class="filter-panel" role="tabpanel" aria-labelledby=${idOf(openTab.value)}>${children}</div>`;
}

/** A tab draws itself when its own answer comes, not with each frame. @param {{tab: string}} props */
export function LearnedTab({ tab }) {
  return useMemo(() => html`<${VIEWS[tab]} />`, [tab]);
}
