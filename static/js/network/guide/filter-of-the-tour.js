/** The filter that the tour speaks of: of the first convolution, the one most like an edge detector. */
import { computed, effect, signal } from "@preact/signals";
import { keyOf } from "../../shared/frame.js";
import { parseNpy } from "../../shared/npy.js";
import { server } from "../../shared/server.js";
import { latestFrame } from "../drawing/painter.js";
import { guideOpen, lastStep, liveRun, plan, slowTick } from "../state.js";
import { edgeLikeness, mostTelling, summedKernel } from "./edge-likeness.js";
import { lifeNow } from "./life.js";

/** @typedef {import("../drawing/layout.js").Column} Column @typedef {import("../../shared/frame.js").Frame} Frame */
/** @typedef {import("./edge-likeness.js").Likeness} Likeness */

/** The first convolution; null: the network has none. */
export const firstConv = computed(
  () => plan.value?.columns.find((column) => column.role === "conv") ?? null,
);

/** Its weights at step 0, as far as they are known. */
const first = signal({ of: "", values: /** @type {Float32Array | null} */ (null) });

/** Asked for once a run, when there is something to compare them with. */
effect(() => {
  const [of, name, id] = [lifeNow(), firstConv.value?.name, liveRun.peek()?.id];
  if (!guideOpen.value || !name || !id || !lastStep.value || first.peek().of === of) return;
  first.value = { of, values: null };
  server.weightBytes(id, name, 0).then(
    ({ bytes }) => {
      if (first.peek().of === of) first.value = { of, values: parseNpy(bytes).values };
    },
    () => {}, // what a filter was at first is then left unsaid
  );
});

/** Which filter the viewer went on to, and since which life. */
const chosen = signal({ of: "", filter: 0 });

/** @param {ArrayLike<number>} weights @param {Column} column @param {number} filter */
function likenessOf(weights, column, filter) {
  const [rows, cols] = column.kernel ?? [1, 1];
  const kernel = summedKernel(weights, filter, { kernels: column.kernels, rows, cols });
  return edgeLikeness(kernel, rows, cols);
}

/** How much of a map is positive, on average. @param {import("../../shared/frame.js").Section | undefined} maps @param {number} filter */
function answer(maps, filter) {
  if (!maps?.ranges) return 1;
  const area = maps.shape[1] * maps.shape[2];
  const [lo, hi] = [maps.ranges[2 * filter], maps.ranges[2 * filter + 1]];
  let sum = 0;
  for (let i = filter * area; i < (filter + 1) * area; i++)
    sum += Math.max(0, lo + (maps.values[i] / 255) * (hi - lo));
  return sum / area;
}

/** @param {Frame} frame @param {Column} column */
function ranked(frame, column) {
  const weights = frame.sections.get(keyOf(column.name, "weight"))?.values;
  if (!weights) return [];
  const maps = frame.sections.get(keyOf(column.name, "output"));
  const filters = Array.from({ length: column.shape[0] }, (_, i) => i);
  const answers = filters.map((filter) => answer(maps, filter));
  const most = Math.max(...answers) || 1;
  const before = first.value.of === lifeNow() ? first.value.values : null;
  const size = (/** @type {ArrayLike<number> | null} */ of, /** @type {number} */ filter) =>
    Math.abs((of && likenessOf(of, column, filter)?.r) ?? 0);
  return mostTelling(
    filters.map((filter) => ({
      now: size(weights, filter),
      first: size(before, filter),
      answers: answers[filter] / most,
    })),
  );
}

/** Chooses the filter, again each time it is asked to. */
export function chooseFilter() {
  const [frame, column] = [latestFrame(), firstConv.value];
  if (frame && column) chosen.value = { of: lifeNow(), filter: ranked(frame, column)[0] ?? 0 };
}

/** Another run, or a reset one, has another. */
effect(() => {
  slowTick.value;
  if (guideOpen.value && firstConv.value && chosen.peek().of !== lifeNow()) chooseFilter();
});

/** Goes on to the next in the order of how telling they are. */
export function nextFilter() {
  const [frame, column] = [latestFrame(), firstConv.value];
  if (!frame || !column) return;
  const order = ranked(frame, column);
  const at = order.indexOf(chosen.peek().filter);
  chosen.value = { of: lifeNow(), filter: order[(at + 1) % order.length] ?? 0 };
}

/** The filter, what it is like now, and what it was like at step 0.
 * @returns {{column: Column, filter: number, now: Likeness | null, first: Likeness | null} | null} */
export function filterOfTheTour() {
  slowTick.value;
  const [column, frame] = [firstConv.value, latestFrame()];
  const weights = column && frame?.sections.get(keyOf(column.name, "weight"))?.values;
  if (!column || !weights) return null;
  if (chosen.value.of !== lifeNow()) return { column, filter: 0, now: null, first: null };
  const { filter } = chosen.value;
  const before = first.value.of === lifeNow() ? first.value.values : null;
  return {
    column,
    filter,
    now: likenessOf(weights, column, filter),
    first: before && likenessOf(before, column, filter),
  };
}
