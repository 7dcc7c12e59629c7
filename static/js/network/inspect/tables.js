/** The numbers that the panel shows, as CSV. */
import { csv } from "../panel-files/csv.js";

/** @typedef {import("../../shared/inspect-server.js").Health} Health */
/** @typedef {import("../../shared/inspect-server.js").Confusion} Confusion */
/** @typedef {import("../../shared/inspect-server.js").Embedding} Embedding */
/** @typedef {import("../../shared/inspect-server.js").Distributions} Distributions */

/** @param {Health} health */
function healthRows({ step, layers, clamped }) {
  const sizes = layers.flatMap((one) => [
    ...["weight", "gradient", "update", "ratio"].map((of) => [
      one.layer,
      of,
      null,
      one[/** @type {"weight"} */ (of)],
    ]),
    ...(one.filter_ratios ?? []).map((ratio, k) => [one.layer, "ratio", k, ratio]),
  ]);
  const shares = clamped.map(({ layer, share }) => [layer, "clamped", null, share]);
  return [...sizes, ...shares].map((row) => [step, ...row]);
}

/** Of each step that is shown. @param {Health[]} healths */
export const healthCsv = (healths) =>
  csv([["step", "layer", "quantity", "filter", "value"], ...healths.flatMap(healthRows)]);

/** Rows are the true classes. @param {Confusion} answers */
export function answersCsv({ matrix, classes }) {
  const names = classes.map((one) => one.class);
  const rows = matrix.map((row, i) => [names[i], ...row, classes[i].recall]);
  const precision = ["precision", ...classes.map((one) => one.precision), null];
  return csv([["true class", ...names, "recall"], ...rows, precision]);
}

/** @param {Embedding} embedding @param {string[]} classes */
export const planeCsv = ({ step, images }, classes) =>
  csv([
    ["step", "image", "class", "x", "y"],
    ...images.map(({ image, label, x, y }) => [step, image, classes[label] ?? label, x, y]),
  ]);

/** The bins of one tensor at each step. @param {{step: number, one: Distributions["distributions"][number]}[]} steps */
export const distributionsCsv = (steps) =>
  csv([
    ["step", "layer", "tensor", "of", "from", "to", "count"],
    ...steps.flatMap(({ step, one: { layer, tensor, of, histogram } }) =>
      histogram.counts.map((count, i) => [
        step,
        layer,
        tensor,
        of,
        histogram.edges[i],
        histogram.edges[i + 1],
        count,
      ]),
    ),
  ]);
