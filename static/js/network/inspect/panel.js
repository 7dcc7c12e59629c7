/** How the run is and what it answers, beside the network; on a phone a sheet. */
import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isComposing } from "../../shared/composing.js";
import { html } from "../../shared/html.js";
import { lazy, styled } from "../lazy.js";
import { useFocusInside } from "../page/focus.js";
import { Roving } from "../page/roving.js";
import { PanelFiles } from "../panel-files/panel-files.js";
import { guideOpen, inspect, run, why } from "../state.js";
import { Answers } from "./answers.js";
import { HealthOfRun } from "./health.js";
import { asked, tab } from "./question.js";
import { bringIntoView, SHEET } from "./sheet.js";
import { course, shownOf } from "./sizes/question.js";
import { answersCsv, healthCsv, planeCsv } from "./tables.js";

/** @typedef {import("./question.js").Shown} Shown */

const ROOM = "(min-width: 1241px)"; // for wider panels
const WIDE = "clamp(21.5rem, max(31vw, 38vw - 126px), 42rem)"; // of the panels beside the network, while it is open

function close() {
  inspect.value = null;
}

const TABS = /** @type {const} */ ([
  ["health", "Health"],
  ["answers", "Answers"],
  ["distributions", "Distributions"],
  ["plane", "Plane"],
]);

/** How the numbers are spread, over the steps. */
const Distributions = lazy(
  () => tab.value === "distributions",
  (again) =>
    styled(import(`./distributions/view.js${again}`), "distributions").then(
      (module) => module.Distributions,
    ),
  html`<p class="inspect-hint" role="status">Opening…</p>`,
);

/** The pictures in the plane. */
const Plane = lazy(
  () => tab.value === "plane",
  (again) => styled(import(`./plane/view.js${again}`), "plane").then((module) => module.Plane),
  html`<p class="inspect-hint" role="status">Opening…</p>`,
);

const Tabs = () =>
  html`<${Roving} class="inspect-tabs" role="tablist" label="About this run">${TABS.map(
    ([
      name,
      says,
    ]) => html`<button type="button" role="tab" id=${`inspect-${name}`} aria-controls="inspect-body" aria-selected=${name === tab.value}
      onClick=${() => {
        inspect.value = { inspect: name };
      }}>${says}</button>`,
  )}<//>`;

/** @param {{now: Shown}} props */
function Files({ now: { health, confusion, embedding } }) {
  if (health)
    return html`<${PanelFiles} panel="health" title="Health" step=${health.step} table=${() => healthCsv(shownOf.value ? course() : [health])} />`;
  if (confusion)
    return html`<${PanelFiles} panel="answers" title="Answers" step=${confusion.step} table=${() => answersCsv(confusion)} />`;
  return (
    embedding &&
    html`<${PanelFiles} panel="plane" title="Plane" step=${embedding.step} table=${() => planeCsv(embedding, run.value?.classes ?? [])} />`
  );
}

/** In view when it opens, and wide enough; as a sheet it stands above the answers, alone. */
function usePlaced() {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const stage = () => /** @type {HTMLElement | null} */ (document.querySelector(".stage"));
  const wide = !guideOpen.value && matchMedia(ROOM).matches; // beside the tour there is none
  useLayoutEffect(() => {
    const foot = document.querySelector(".page-foot");
    const high = matchMedia(SHEET).matches && foot ? foot.clientHeight : 0;
    document.documentElement.style.setProperty("--inspect-foot", `${high}px`);
  });
  useLayoutEffect(() => {
    if (wide) stage()?.style.setProperty("--side", WIDE);
    return () => stage()?.style.removeProperty("--side");
  }, [wide]);
  useEffect(() => bringIntoView(ref.current), [asked.answer.value === null, tab.value]);
  return ref;
}

/** Of two sheets the one that was opened last stays. */
function useAlone() {
  useEffect(() => {
    if (!matchMedia(SHEET).matches) return;
    why.value = null;
    return effect(() => {
      if (why.value) close();
    });
  }, []);
}

/** What is shown of this run and tab. */
function answered() {
  const now = asked.answer.value?.is;
  if (!now || now.run !== run.value?.id) return null;
  const found = { health: now.health, answers: now.confusion, plane: now.embedding };
  return tab.value !== "distributions" && found[tab.value] ? now : null;
}

/** Opened by a key it gets the focus; opened otherwise Space goes on playing the run. */
function Panel() {
  const ref = usePlaced();
  useAlone();
  const byKey = useRef(document.activeElement !== document.body).current;
  const closing = useFocusInside();
  const now = answered();
  const problem = asked.problem.value;
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.stopPropagation();
    close();
  };
  return html`<section ref=${ref} class="inspect-panel" role="dialog" aria-modal="false" aria-label="Health and answers" onKeyDown=${onKeyDown}>
    <header class="inspect-top"><${Tabs} />
      <button type="button" class="quiet" ref=${byKey ? closing : null} onClick=${close} aria-label="Close" aria-keyshortcuts="Escape">✕</button></header>
    <div class="inspect-body" id="inspect-body" role="tabpanel" aria-labelledby=${`inspect-${tab.value}`} data-panel aria-busy=${asked.about.value !== "" && asked.answer.value?.of !== asked.about.value}>
      ${problem && html`<p class="inspect-wrong" role="status">${problem}</p>`}
      ${!now && !problem && asked.about.value && html`<p class="inspect-hint" role="status">Asking…</p>`}
      ${now?.health && html`<${HealthOfRun} of=${now.health} />`}
      ${now?.confusion && html`<${Answers} of=${now.confusion} pictures=${now.cell} />`}
      ${tab.value === "distributions" && html`<${Distributions} />`}
      ${tab.value === "plane" && now && html`<${Plane} />`}
      ${now && html`<${Files} now=${now} />`}
    </div></section><div class="inspect-room"></div>`;
}

export const InspectPanel = () => (inspect.value ? html`<${Panel} />` : null);
