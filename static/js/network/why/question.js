/**
 * Asks why, and again when the step, the picture, the class, the method, the layer or the network
 * changes: never more than one question under way, and about three a second while it trains.
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { attribution, contributions } from "../../shared/attribution-server.js";
import { keyOf } from "../../shared/frame.js";
import { colourCells, greyCells } from "../../shared/heatmap/cells.js";
import { newest } from "../../shared/latest-only.js";
import { noticeError } from "../../shared/notices.js";
import { Problem } from "../../shared/server.js";
import { parseStep } from "../address-bar.js";
import { HeldLimit } from "../drawing/held-limit.js";
import { latestFrame } from "../drawing/painter.js";
import { probeId } from "../session.js";
import { askedStep, playing, preprocessing, probeVersion, run, slowTick, why } from "../state.js";
import { planeOf, usualSize } from "./cells.js";
import { methodOf } from "./words.js";

/** @typedef {import("./cells.js").Picture} Picture @typedef {import("./cells.js").Plane} Plane */
/** @typedef {import("./words.js").Region} Region */
/** @typedef {{run: string, method: any, layer: string | null, image: string, number: number | null}} Subject */
/** @typedef {Subject & {step: number | null, region: (Region & {layer: string}) | null}} Asked */
/** @typedef {{plane: Plane, limit: number}} Side */
/**
 * @typedef {object} Shown one whole answer
 * @property {string} of which subject, as text
 * @property {import("../../shared/attribution-server.js").Attribution} answer
 * @property {import("../../shared/attribution-server.js").Contributions | null} contributions
 * @property {Side} now
 * @property {Side} control
 * @property {Picture | null} picture that was asked about
 */

const EACH_MS = 333;
const AGAIN_MS = 1000; // after a refusal that may pass

export const shown = signal(/** @type {Shown | null} */ (null));
export const problem = signal(/** @type {string | null} */ (null)); // why there is no answer
/** The places of a layer's maps whose filters are told. */
export const region = signal(/** @type {(Region & {layer: string}) | null} */ (null));

const runId = computed(() => run.value?.id ?? null);

/** What is asked about, as text; empty: nothing is. */
export const subject = computed(() => {
  const [open, id, image] = [why.value, runId.value, probeId()];
  if (!open || !id || !image) return "";
  const [method] = methodOf(open.why);
  const layer = method === "grad-cam" ? (open.layer ?? null) : null;
  return JSON.stringify({ run: id, method, layer, image, number: parseStep(open.class ?? null) });
});

/** @param {Asked} asked @param {AbortSignal} aborted */
async function fetchOne({ run: id, method, layer, image, number, step, region: places }, aborted) {
  const query = { method, layer, image, class: number, step };
  const answer = await attribution(id, query, aborted);
  if (!places || answer.layer !== places.layer) return { answer, contributions: null };
  const asked = { image, class: answer.class, step, ...places };
  return { answer, contributions: await contributions(id, asked, aborted) };
}

let held = { now: new HeldLimit(), control: new HeldLimit() };

/** One side and its scale, which holds still while it trains.
 * @param {"now" | "control"} which @param {any[]} values @param {Shown["answer"]} answer @returns {Side} */
function sideOf(which, values, { shape, step }) {
  const plane = planeOf(values, shape);
  const limit = held[which];
  limit.take(usualSize(plane.values), step, performance.now(), playing.peek());
  return { plane, limit: limit.limit };
}

/** As it enters the network. @returns {Picture | null} null: no frame has it yet */
function inputPicture() {
  const input = latestFrame()?.sections.get(keyOf("", "input"));
  if (!input) return null;
  const [channels, rows, cols] = input.shape;
  const entered = preprocessing.peek();
  const cells = channels === 3 ? colourCells(input, entered) : greyCells(input, 0, entered);
  return { cells: cells.slice(0, rows * cols), rows, cols };
}

const questions = newest(fetchOne, {
  done: (found, asked) => {
    const of = subject.peek();
    if (!playing.peek() || of !== shown.peek()?.of)
      held = { now: new HeldLimit(), control: new HeldLimit() };
    batch(() => {
      shown.value = {
        of,
        ...found,
        now: sideOf("now", found.answer.values, found.answer),
        control: sideOf("control", found.answer.control.values, found.answer),
        picture: asked.image === probeId() ? inputPicture() : null,
      };
      problem.value = null;
    });
  },
  failed: (error) => {
    if (!(error instanceof Problem)) noticeError(error);
    else problem.value = error.message;
    if (error instanceof Problem && [0, 503].includes(error.status)) askIn(AGAIN_MS);
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
    region: region.peek(),
  });
}

/** @param {number} ms */
function askIn(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

let last = "";

/** Another subject makes the question under way useless. */
effect(() => {
  const now = subject.value;
  region.value;
  if (now === last && now) return ask();
  last = now;
  clearTimeout(timer);
  questions.drop();
  problem.value = null;
  if (now) ask();
  else shown.value = region.value = null;
});

let begun = false;

/** Frames and drawing come oftener than is asked. */
effect(() => {
  slowTick.value;
  probeVersion.value;
  askedStep.value;
  if (!begun) {
    begun = true; // it was asked above
    return;
  }
  askIn(Math.max(0, askedMs + EACH_MS - performance.now()));
});

let lastRun = runId.peek();

/** Another run has other classes and layers. */
effect(() => {
  const id = runId.value;
  if (id !== lastRun && lastRun && why.peek()) why.value = { why: why.peek()?.why ?? null };
  lastRun = id;
});
