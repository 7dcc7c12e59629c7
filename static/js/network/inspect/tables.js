/** What the panel shows as files: numbers as CSV, the matrix as a picture. */
import { shadeOf } from "./cell.js";

/** @typedef {import("../../shared/inspect-server.js").Health} Health */
/** @typedef {import("../../shared/inspect-server.js").Confusion} Confusion */

/** @param {string | number | null} value */
function field(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {(string | number | null)[][]} rows */
const csv = (rows) => rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");

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

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

const TWICE = 2;
const [CELL, NAMES, FONT] = [36, 110, 12]; // pixels, before they are doubled

/** @param {string} text @param {CanvasRenderingContext2D} on */
function fitted(text, on) {
  let shown = text;
  while (shown.length > 1 && on.measureText(shown).width > NAMES - 12) shown = shown.slice(0, -1);
  return shown === text ? text : `${shown}…`;
}

/** The matrix as it is on the page, at twice its size. @param {Confusion} answers @returns {Promise<Blob | null>} */
export function matrixPng({ matrix, classes }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TWICE * (NAMES + CELL * classes.length + 4);
  const on = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name);
  on.scale(TWICE, TWICE);
  on.font = `${FONT}px ${colour("--font")}`;
  on.textBaseline = "middle";
  on.fillStyle = colour("--panel");
  on.fillRect(0, 0, canvas.width, canvas.height);
  for (const [i, one] of classes.entries()) {
    const at = NAMES + CELL * (i + 0.5);
    on.fillStyle = colour("--ink");
    on.textAlign = "right";
    on.fillText(fitted(one.class, on), NAMES - 6, at);
    on.save();
    on.translate(at, NAMES - 6);
    on.rotate(-Math.PI / 2);
    on.textAlign = "left";
    on.fillText(fitted(one.class, on), 0, 0);
    on.restore();
    matrix[i].forEach((count, j) => {
      const [x, y] = [NAMES + CELL * j, NAMES + CELL * i];
      on.globalAlpha = SHADED * shadeOf(count, one.count);
      on.fillStyle = colour(i === j ? "--plus" : "--minus");
      on.fillRect(x, y, CELL - 1, CELL - 1);
      on.globalAlpha = 1;
      on.fillStyle = colour("--ink");
      on.textAlign = "center";
      on.fillText(String(count), x + CELL / 2, y + CELL / 2);
    });
  }
  return new Promise((done) => canvas.toBlob(done));
}

/** Of a cell's colour at most, so that its number can be read. */
export const SHADED = 0.55;
