/**
 * Asks why, and again when the step, the picture, the class, the method, the layer, the region or the network
 * changes: about three times a second while it trains.
 */
import { computed, effect } from "@preact/signals";
import { attribution, contributions } from "../../shared/attribution-server.js";
import { keyOf } from "../../shared/frame.js";
import { colourCells, greyCells } from "../../shared/heatmap/cells.js";
import { parseStep } from "../address-bar.js";
import { asking } from "../asking.js";
import { HeldLimit } from "../drawing/held-limit.js";
import { latestFrame } from "../drawing/painter.js";
import { probeId } from "../session.js";
import { askedStep, playing, preprocessing, probeVersion, run, slowTick, why } from "../state.js";
import { planeOf, usualSize } from "./cells.js";
import { methodOf, parseRegion } from "./words.js";

/** @typedef {import("./cells.js").Picture} Picture @typedef {import("./cells.js").Plane} Plane */
/** @typedef {import("./words.js").Region} Region */
/** @typedef {{run: string, method: any, layer: string | null, image: string, number: number | null}} Subject */
/** @typedef {{plane: Plane, limit: number}} Side */
/**
 * @typedef {object} Shown one whole answer
 * @property {string} run
 * @property {import("../../shared/attribution-server.js").Attribution} answer
 * @property {import("../../shared/attribution-server.js").Contributions | null} contributions
 * @property {Side} now
 * @property {Side} control
 * @property {Picture | null} picture that was asked about
 */

const PAUSE_MS = 250;

/** The places of the layer's maps whose filters are told. */
export const region = computed(() => parseRegion(why.value?.region ?? null));

const runId = computed(() => run.value?.id ?? null);

/** What is asked about, as text; empty: nothing is. */
function subjectNow() {
  const [open, id, image] = [why.value, runId.value, probeId()];
  if (!open || !id || !image) return "";
  const [method] = methodOf(open.why);
  const layer = method === "grad-cam" ? (open.layer ?? null) : null;
  return JSON.stringify({ run: id, method, layer, image, number: parseStep(open.class ?? null) });
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

/** @param {import("../asking.js").Question<Shown>} question */
async function ask({ of, last, signal: gone, show }) {
  /** @type {Subject} */
  const { run: id, method, layer, image, number } = JSON.parse(of);
  const [step, places] = [askedStep.peek(), region.peek()];
  const answer = await attribution(id, { method, layer, image, class: number, step }, gone);
  const parts =
    places && answer.layer
      ? await contributions(
          id,
          { image, class: answer.class, step, layer: answer.layer, ...places },
          gone,
        )
      : null;
  if (gone.aborted) return;
  if (!playing.peek() || last?.of !== of) held = { now: new HeldLimit(), control: new HeldLimit() };
  show({
    run: id,
    answer,
    contributions: parts,
    now: sideOf("now", answer.values, answer),
    control: sideOf("control", answer.control.values, answer),
    picture: image === probeId() ? inputPicture() : null,
  });
}

export const asked = asking({
  subject: subjectNow,
  moment: () => [slowTick.value, probeVersion.value, askedStep.value, why.value?.region].join(" "),
  ask,
  pauseMs: PAUSE_MS,
});
asked.start();

let lastRun = runId.peek();

/** Another run has other classes and layers. */
effect(() => {
  const id = runId.value;
  if (id !== lastRun && lastRun && why.peek()) why.value = { why: why.peek()?.why ?? null };
  lastRun = id;
});
