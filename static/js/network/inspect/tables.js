/** The numbers that the panel shows, as CSV. */
import { csv } from "../panel-files/csv.js";

/** @typedef {import("../../shared/inspect-server.js").Health} Health */
/** @typedef {import("../../shared/inspect-server.js").Confusion} Confusion */

/** @param {Health} health */
export function healthCsv({ step, layers, clamped }) {
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
  const rows = [...sizes, ...shares].map((row) => [step, ...row]);
  return csv([["step", "layer", "quantity", "filter", "value"], ...rows]);
}

/** Rows are the true classes. @param {Confusion} answers */
export function answersCsv({ matrix, classes }) {
  const names = classes.map((one) => one.class);
  const rows = matrix.map((row, i) => [names[i], ...row, classes[i].recall]);
  const precision = ["precision", ...classes.map((one) => one.precision), null];
  return csv([["true class", ...names, "recall"], ...rows, precision]);
}
