/**
 * Asks how the run is, or what it takes the held-out pictures for, and again when the step or the
 * network changes: about once a second while it trains.
 */
import { computed, effect } from "@preact/signals";
import { cellImages, confusion, health } from "../../shared/inspect-server.js";
import { asking } from "../asking.js";
import { askedStep, inspect, liveRun, run, step } from "../state.js";
import { parseCell } from "./cell.js";

/** @typedef {import("./cell.js").Cell} Cell */
/** @typedef {import("../../shared/inspect-server.js").Health} Health */
/** @typedef {import("../../shared/inspect-server.js").Confusion} Confusion */
/** @typedef {import("../../shared/inspect-server.js").CellImages} CellImages */
/** @typedef {{run: string, tab: "health" | "answers", cell: Cell | null}} Subject */
/** @typedef {{run: string, moment: string, health: Health | null, confusion: Confusion | null, cell: CellImages | null}} Shown */

const PAUSE_MS = 1000;

const runId = computed(() => run.value?.id ?? null);

/** Which of the two is open. */
export const tab = computed(() =>
  inspect.value?.inspect === "answers" ? /** @type {const} */ ("answers") : "health",
);

/** The cell whose pictures are shown. */
export const cell = computed(() => parseCell(inspect.value?.cell ?? null));

/** What is asked about, as text; empty: nothing is. */
const subject = () =>
  inspect.value && runId.value
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
  const known = { run: id, moment: now, health: null, confusion: null, cell: null };
  if (which === "health") return show({ ...known, health: await health(id, at, gone) });
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
