/**
 * Asks how the run is, what it takes the held-out pictures for, or where they lie in the plane, and
 * again when the step or the network changes: never more than one question under way, and about one a second while it trains.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { cellImages, confusion, embedding, health } from "../../shared/inspect-server.js";
import { newest } from "../../shared/latest-only.js";
import { noticeError } from "../../shared/notices.js";
import { Problem } from "../../shared/server.js";
import { askedStep, inspect, liveRun, run, step } from "../state.js";
import { parseCell } from "./cell.js";

/** @typedef {import("./cell.js").Cell} Cell */
/** @typedef {import("../../shared/inspect-server.js").Health} Health */
/** @typedef {import("../../shared/inspect-server.js").Confusion} Confusion */
/** @typedef {import("../../shared/inspect-server.js").CellImages} CellImages */
/** @typedef {import("../../shared/inspect-server.js").Embedding} Embedding */
/** @typedef {typeof TABS[number]} Tab */
/** @typedef {{run: string, tab: Tab, cell: Cell | null}} Subject */
/** @typedef {Subject & {step: number | null, moment: string}} Asked */
/** @typedef {{health: Health | null, confusion: Confusion | null, cell: CellImages | null,
 *   embedding: Embedding | null}} Found */
/** @typedef {Found & Pick<Asked, "run" | "moment"> & {of: string}} Shown `of`: which subject */

const EACH_MS = 1000;
const TABS = /** @type {const} */ (["health", "answers", "distributions", "plane"]);
/** @type {Found} */
const NOTHING = { health: null, confusion: null, cell: null, embedding: null };

export const shown = signal(/** @type {Shown | null} */ (null));
export const problem = signal(/** @type {string | null} */ (null)); // why there is no answer

const runId = computed(() => run.value?.id ?? null);

/** Which of them is open. */
export const tab = computed(() => TABS.find((one) => one === inspect.value?.inspect) ?? "health");

/** The cell whose pictures are shown. */
export const cell = computed(() => parseCell(inspect.value?.cell ?? null));

/** What is asked about, as text; empty: nothing is. The distributions are of many steps, and asked apart. */
export const subject = computed(() =>
  inspect.value && runId.value && tab.value !== "distributions"
    ? JSON.stringify({
        run: runId.value,
        tab: tab.value,
        cell: tab.value === "answers" ? cell.value : null,
      })
    : "",
);

/** The state of the network that is on the page. */
const moment = computed(() =>
  [runId.value, liveRun.value?.restarts, step.value, run.value?.intervention_count].join(" "),
);

/** @param {Asked} asked @param {AbortSignal} aborted @returns {Promise<Found>} */
async function fetchOne({ run: id, tab: which, cell: place, step: at, moment: now }, aborted) {
  if (which === "health") return { ...NOTHING, health: await health(id, at, aborted) };
  if (which === "plane") return { ...NOTHING, embedding: await embedding(id, at, aborted) };
  const known = shown.peek()?.moment === now ? shown.peek()?.confusion : null;
  const answer = known ?? (await confusion(id, at, aborted));
  const images = place && (await cellImages(id, { step: answer.step, ...place }, aborted));
  return { ...NOTHING, confusion: answer, cell: images };
}

const questions = newest(fetchOne, {
  done: (found, asked) =>
    batch(() => {
      shown.value = { of: subject.peek(), run: asked.run, moment: asked.moment, ...found };
      problem.value = null;
    }),
  failed: (error) => {
    if (!(error instanceof Problem)) return noticeError(error);
    problem.value = error.message;
    if ([0, 503].includes(error.status)) askIn(EACH_MS);
  },
});

let askedMs = Number.NEGATIVE_INFINITY;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

function ask() {
  clearTimeout(timer);
  if (!subject.peek()) return;
  askedMs = performance.now();
  questions.want({
    ...JSON.parse(subject.peek()),
    step: askedStep.peek(),
    moment: moment.peek(),
  });
}

/** @param {number} ms */
function askIn(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

/** Another subject makes the question under way useless. */
effect(() => {
  const now = subject.value;
  clearTimeout(timer);
  questions.drop();
  problem.value = null;
  if (now) ask();
  else shown.value = null;
});

let lastMoment = moment.peek();

/** Steps come oftener than is asked. */
effect(() => {
  const now = moment.value;
  if (now === lastMoment) return;
  lastMoment = now;
  askIn(Math.max(0, askedMs + EACH_MS - performance.now()));
});

let lastRun = runId.peek();

/** Another run has other classes. */
effect(() => {
  const id = runId.value;
  if (id !== lastRun && lastRun && inspect.peek()) inspect.value = { inspect: tab.peek() };
  lastRun = id;
});
