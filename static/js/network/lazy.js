/** Lazy parts of the page: their code is fetched when they are first opened. */
import { computed, effect, signal } from "@preact/signals";
import { html } from "../shared/html.js";
import { noticeError } from "../shared/notices.js";
import { loadScript, loadSheet, loadStyle } from "./assets.js";
import { NothingYet } from "./narrator/nothing-yet.js";
import {
  codeDrawer,
  connection,
  ghost,
  guideOpen,
  history,
  historyTick,
  inspect,
  lastStep,
  liveRun,
  menuOpen,
  newRunOpen,
  observed,
  openedFilter,
  openNumber,
  probeTab,
  proposal,
  replay,
  run,
  unfolding,
  why,
} from "./state.js";

const RETRY_MS = 1000;

/** Until the server can be reached. @returns {Promise<void>} */
const reachable = () =>
  new Promise((done) => {
    const look = () => (connection.value === "open" ? done() : setTimeout(look, RETRY_MS));
    setTimeout(look, RETRY_MS);
  });

/**
 * What is fetched when it is wanted for the first time; null until it is there. Where it cannot be
 * fetched, it is tried once more when the server is there again.
 * @template T
 * @param {() => boolean} wanted reads signals
 * @param {(again: string) => Promise<T>} load `again` ends the address of its module, since a
 *   browser does not fetch a module again that it once failed to fetch
 */
function fetched(wanted, load) {
  const part = signal(/** @type {{is: T} | null} */ (null));
  const take = (/** @type {T} */ is) => {
    part.value = { is };
  };
  let asked = false;
  effect(() => {
    if (asked || !wanted()) return;
    asked = true;
    load("")
      .catch(() => reachable().then(() => load("?again")))
      .then(take, noticeError);
  });
  return computed(() => part.value?.is ?? null);
}

/**
 * A component that shows nothing until it is wanted.
 * @param {() => boolean} wanted reads signals
 * @param {(again: string) => Promise<any>} load answers the component
 * @param {any} [meanwhile] what stands in its place
 */
export function lazy(wanted, load, meanwhile = null) {
  const view = fetched(wanted, load);
  return () => (view.value ? html`<${view.value} />` : meanwhile);
}

/** Other states of the kernels, drawn beside them. */
export const ghosts = fetched(
  () => ghost.value !== "off",
  (again) =>
    /** @type {Promise<typeof import("./drawing/ghosts.js")>} */ (
      import(`./drawing/ghosts.js${again}`)
    ),
);

export const FilterView = lazy(
  () => openedFilter.value !== null,
  (again) =>
    Promise.all([
      styled(
        import(`./filter/view.js${again}`),
        "explain",
        "arithmetic",
        "filter",
        "unfolded",
        "filter-strip",
      ),
      import(`./drawing/unfolding.js${again}`),
    ]).then(([module, makesRoom]) => {
      unfolding.value = makesRoom;
      return module.FilterView;
    }),
);

export const Guide = lazy(
  () => guideOpen.value,
  (again) => styled(import(`./guide/rail.js${again}`), "guide").then((module) => module.Guide),
);

/** The curves, and the library that draws them: there is nothing to draw before the first step. */
export const Curves = lazy(
  () => historyTick.value >= 0 && history.points.step.length > 0,
  (again) =>
    Promise.all([loadScript("vendor/uPlot.iife.min.js"), loadSheet("vendor/uPlot.min")])
      .then(() => import(`./training/curves.js${again}`))
      .then((module) => module.Curves),
  html`<section class="curves" aria-label="Curves"><h2>Loss</h2>
    <div class="curve-place empty"><p class="hint">The loss appears here after the first step.</p></div>
    <div class="curves-head"><h2>Accuracy</h2></div><div class="curve-place empty"></div></section>`,
);

/** The timeline; its place is kept for it, since before the first step there is no past. */
export const Timeline = lazy(
  () => lastStep.value > 0,
  (again) =>
    styled(import(`./timeline/timeline.js${again}`), "timeline").then((module) => module.Timeline),
  html`<section class="foot-bar" aria-label="Timeline"><p class="hint">Now: step 0. Every step from here on is kept, and you can go back to it.</p></section>`,
);

/** Whether the run has a name or a parent. */
export const titled = computed(() => Boolean(liveRun.value?.name || liveRun.value?.parent));

/** A run's name, and what it was forked from, where it has one or the other. */
export const RunTitle = lazy(
  () => titled.value,
  (again) => title(again).then((module) => module.RunTitle),
);

export const RunMenu = lazy(
  () => menuOpen.value,
  (again) => title(again).then((module) => module.RunMenu),
);

/** @param {string} again */
const title = (again) => styled(import(`./page/run-title.js${again}`), "run-title");

export const NewRunSheet = lazy(
  () => newRunOpen.value,
  (again) =>
    styled(import(`./training/new-run-sheet.js${again}`), "new-run").then(
      (module) => module.NewRunSheet,
    ),
);

const hasFindings = () => Boolean(liveRun.value?.latest_finding);

/** @param {"LoopLine" | "LayerChoice" | "ProbeChoice"} name */
const ofLoop = (name) =>
  lazy(
    () => observed.value,
    (again) =>
      styled(import(`./observed/parts.js${again}`), "observed").then((module) => module[name]),
  );
export const LoopLine = ofLoop("LoopLine");
export const LayerChoice = ofLoop("LayerChoice");
export const ObservedProbe = ofLoop("ProbeChoice");

/** The narrator's line. */
export const FindingNow = lazy(
  hasFindings,
  (again) => import(`./narrator/findings.js${again}`).then((module) => module.Now),
  html`<${NothingYet} />`,
);

/** The list of all that it told. */
export const AllFindings = lazy(hasFindings, (again) =>
  import(`./narrator/findings.js${again}`).then((module) => module.All),
);

export const ForkCard = lazy(
  () => proposal.value !== null,
  (again) => import(`./timeline/fork-card.js${again}`).then((module) => module.ForkCard),
);

/** The card beside an open number. */
export const ExplainCard = lazy(
  () => openNumber.value !== null,
  (again) => explainParts(import(`./explain/card.js${again}`)).then((module) => module.ExplainCard),
);

/** What it was made from, outlined on the maps. */
export const Outline = lazy(
  () => openNumber.value !== null,
  (again) =>
    explainParts(import(`./explain/overlay/outline.js${again}`)).then((module) => module.Outline),
);

export const WhyPanel = lazy(
  () => why.value !== null,
  (again) => styled(import(`./why/panel.js${again}`), "why").then((module) => module.WhyPanel),
);

export const InspectPanel = lazy(
  () => inspect.value !== null,
  (again) =>
    styled(import(`./inspect/panel.js${again}`), "inspect").then((module) => module.InspectPanel),
);

/** @param {Promise<any>} part */
const explainParts = (part) => styled(part, "explain", "arithmetic", "softmax");

export const SlowMotion = lazy(
  () => replay.value !== null,
  (again) =>
    styled(import(`./slow-motion/bar.js${again}`), "slow-motion").then(
      (module) => module.SlowMotion,
    ),
);

export const SlidingWindow = lazy(
  () => replay.value !== null,
  (again) => import(`./slow-motion/window.js${again}`).then((module) => module.SlidingWindow),
);

/** The chip of a run with interventions. */
export const InterventionsChip = lazy(
  () => Boolean(run.value?.interventions.length),
  (again) =>
    styled(import(`./interventions/chip.js${again}`), "interventions").then(
      (module) => module.InterventionsChip,
    ),
);

export const DrawingPad = lazy(
  () => probeTab.value === "draw",
  (again) =>
    styled(import(`./probe/drawing-pad.js${again}`), "drawing-pad").then(
      (module) => module.DrawingPad,
    ),
);

export const ProbeCamera = lazy(
  () => probeTab.value === "camera",
  (again) =>
    Promise.all([import(`./probe/camera.js${again}`), loadSheet("css/shared/camera")]).then(
      ([module]) => module.ProbeCamera,
    ),
);

export const CodeDrawer = lazy(
  () => codeDrawer.value !== null,
  (again) => styled(import(`./code/drawer.js${again}`), "code").then((module) => module.CodeDrawer),
);

/** A part and its own style sheets, in their order. @param {Promise<any>} part @param {string[]} sheets */
export const styled = (part, ...sheets) =>
  Promise.all([part, ...sheets.map(loadStyle)]).then(([module]) => module);
