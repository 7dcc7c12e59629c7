/** What the tabs show, as CSV. */
import { csv } from "../../panel-files/csv.js";

/** @typedef {import("../../../shared/learned-server.js").Patches} Patches
 * @typedef {import("../../../shared/learned-server.js").Patch} Patch
 * @typedef {import("../../../shared/learned-server.js").Ablation} Ablation
 * @typedef {import("../../../shared/learned-server.js").Trajectory} Trajectory */

/** The patches, and then what it gives for each class. @param {Patches} answer */
export function patchesCsv({ step, best, least, control, classes }) {
  const lines = (/** @type {string} */ of, /** @type {Patch[]} */ patches) =>
    patches.map(({ image, label, value, y, x, box }, i) => [
      step,
      of,
      i,
      image,
      label,
      value,
      y,
      x,
      ...box,
    ]);
  return csv([
    [
      "step",
      "of",
      "rank",
      "image",
      "class",
      "value",
      "y",
      "x",
      "box_y",
      "box_x",
      "box_height",
      "box_width",
    ],
    ...lines("most", best),
    ...lines("least", least),
    ...lines("most before it learned", control.best),
    ...classes.map(({ index, value }) => [step, "mean of class", null, null, index, value]),
  ]);
}

/** @param {Ablation} answer @param {string[]} classes their names */
export function worthCsv({ step, filters }, classes) {
  const names = (filters[0]?.classes ?? []).map((_, i) => `lost of ${classes[i] ?? `class ${i}`}`);
  return csv([
    ["step", "filter", "accuracy", "lost", ...names],
    ...filters.map(({ filter, accuracy, lost, classes: each }) => [
      step,
      filter,
      accuracy,
      lost,
      ...each,
    ]),
  ]);
}

/** @param {Trajectory} way */
export const trajectoryCsv = ({ steps, places }) =>
  csv([["step", "across", "upwards"], ...steps.map((step, i) => [step, ...places[i]])]);
