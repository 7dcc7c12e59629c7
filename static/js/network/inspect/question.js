/**
 * Asks how the run is, what it takes the held-out pictures for, or where they lie in the plane, and
 * again when the step or the network changes: about once a second while it trains.
 */
import { computed, effect } from "@preact/signals";
import { cellImages, confusion, embedding, health } from "../../shared/inspect-server.js";
import { asking } from "../asking.js";
import { askedStep, inspect, liveRun, run, step } from "../state.js";
import { parseCell } from "./cell.js";

/** @typedef {import("./cell.js").Cell} Cell */
/** @typedef {import("../../shared/inspect-server.js").Health} Health */
/** @typedef {import("../../shared/inspect-server.js").Confusion} Confusion */
/** @typedef {import("../../shared/inspect-server.js").CellImages} CellImages */
/** @typedef {import("../../shared/inspect-server.js").Embedding} Embedding */
/** @typedef {typeof TABS[number]} Tab */
/** @typedef {{run: string, tab: Tab, cell: Cell | null}} Subject */
/** @typedef {{run: string, moment: string, health: Health | null, confusion: Confusion | null, cell: CellImages | null,
 *   embedding: Embedding | null}} Shown */

const PAUSE_MS = 1000;
const TABS = /** @type {const} */ (["health", "answers", "distributions", "plane"]);

const runId = computed(() => run.value?.id ?? null);

/** Which of the two is open. */
export const tab = computed(() => TABS.find((one) => one === inspect.value?.inspect) ?? "health");

/** The cell whose pictures are shown. */
export const cell = computed(() => parseCell(inspect.value?.cell ?? null));

/** What is asked about, as text; empty: nothing is. The distributions are of many steps, and asked apart. */
const subject = () =>
  inspect.value && runId.value && tab.value !== "distributions"
    ? JSON.stringify({
        run: runId.value,
        tab: tab.value,
        cell: tab.value === "answers" ? cell.value : null,
      })
    : "";

/** The state of the network that is on the page. */
const moment = computed(() =>
  [runId.value, liveRun.value?.restarts, step.value, run.value?.intervention_count].join(" "),
);

/** @param {import("../asking.js").Question<Shown>} question */
async function ask({ of, last, signal: gone, show }) {
  /** @type {Subject} */
  const { run: id, tab: which, cell: place } = JSON.parse(of);
  const [at, now] = [askedStep.peek(), moment.peek()];
  const known = {
    run: id,
    moment: now,
    health: null,
    confusion: null,
    cell: null,
    embedding: null,
  };
  if (which === "health") return show({ ...known, health: await health(id, at, gone) });
  if (which === "plane") return show({ ...known, embedding: await embedding(id, at, gone) });
  const same = last?.is.moment === now ? last.is.confusion : null;
  const answer = same ?? (await confusion(id, at, gone));
  const images = place && (await cellImages(id, { step: answer.step, ...place }, gone));
  show({ ...known, confusion: answer, cell: images });
}

export const asked = asking({ subject, moment: () => moment.value, ask, pauseMs: PAUSE_MS });
asked.start();

let lastRun = runId.peek();

/** Another run has other classes. */
effect(() => {
  const id = runId.value;
  if (id !== lastRun && lastRun && inspect.peek()) inspect.value = { inspect: tab.peek() };
  lastRun = id;
});
