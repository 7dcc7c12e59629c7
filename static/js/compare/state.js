/** Everything that the page of two runs knows. */

import { computed, signal } from "@preact/signals";
import { largest } from "../shared/heatmap/colour.js";
import { FIRST_IMAGE } from "../shared/image-id.js";
import { emptyHistory } from "../shared/metric-history.js";
import { forkPoint } from "../shared/run-tree.js";
import { sizeOf } from "./kernel-layout.js";

/**
 * @typedef {import("../shared/types.js").Run} Run
 * @typedef {{layer: string, step: number, shape: number[], values: Float32Array, recomputed: string | null}} Weight
 * @typedef {import("../shared/types.js").Guess} Guess
 * @typedef {ReturnType<typeof side>} Side
 */

/** One of the two. @param {"A" | "B"} letter */
function side(letter) {
  return {
    letter,
    id: signal(""), // of its run, "" where none is chosen
    run: signal(/** @type {Run | null} */ (null)),
    layers: signal(/** @type {import("../shared/types.js").Layer[]} */ ([])),
    history: signal(emptyHistory()),
    weight: signal(/** @type {Weight | null} */ (null)), // of the chosen layer at the step shown
    guess: signal(/** @type {Guess | null} */ (null)),
    problem: signal(/** @type {string | null} */ (null)), // why something of it is not here
  };
}

export const a = side("A");
export const b = side("B");
export const sides = [a, b];
export const runs = signal(/** @type {Run[] | null} */ (null)); // to choose from
export const step = signal(/** @type {number | null} */ (null)); // null: now
export const layer = signal(""); // whose filters are shown
export const image = signal(FIRST_IMAGE);
export const stretched = signal(false); // the difference has a scale of its own
export const pointedWeight = signal(
  /** @type {import("./kernel-layout.js").Weight | null} */ (null),
);
export const imageInfo = signal(/** @type {import("../shared/types.js").Image | null} */ (null));
export const serverLost = signal(false); // the server does not answer

export const runsById = computed(() => new Map((runs.value ?? []).map((run) => [run.id, run])));
export const both = computed(() => Boolean(a.run.value && b.run.value));
export const last = computed(() => Math.max(...sides.map((one) => one.run.value?.steps ?? 0)));
export const fork = computed(() => {
  const [one, other] = [a.run.value, b.run.value];
  return one && other && one.id !== other.id ? forkPoint(one, other, runsById.value) : null;
});

/** The step that is shown of a run: the slider's, or its own last. @param {Side} one */
export const shownStep = (one) =>
  Math.min(step.value ?? Number.MAX_SAFE_INTEGER, one.run.value?.steps ?? 0);

/** Layers with a weight, of either run, in their order. */
export const layerNames = computed(() => [
  ...new Set(sides.flatMap((one) => one.layers.value.filter(hasWeight).map(({ name }) => name))),
]);

/** @param {import("../shared/types.js").Layer} layer */
const hasWeight = ({ type }) => type === "Conv2d" || type === "Linear";

/** How a run's weight of the chosen layer is laid out. @param {Side} one */
export function sizeFor(one) {
  const weight = one.weight.value;
  if (!weight) return null;
  const index = one.layers.value.findIndex(({ name }) => name === weight.layer);
  const before = one.layers.value[index - 1];
  const flattened = before?.type === "Flatten" ? before.input_shape : null;
  return sizeOf(weight.shape, flattened?.length === 3 ? flattened : null);
}

/** A − B, where both have the same shape. */
export const difference = computed(() => {
  const [one, other] = [a.weight.value, b.weight.value];
  if (!one || !other || one.layer !== other.layer) return null;
  if (String(one.shape) !== String(other.shape)) return null;
  return one.values.map((value, i) => value - other.values[i]);
});

/** Half of the scale that both runs have. */
export const limit = computed(() =>
  Math.max(0, ...sides.map((one) => largestOf(one.weight.value?.values))),
);
export const differenceLimit = computed(() =>
  stretched.value ? largestOf(difference.value ?? undefined) : limit.value,
);

/** @param {Float32Array | undefined} values */
const largestOf = (values) => (values ? largest(values, 0, values.length) : 0);
