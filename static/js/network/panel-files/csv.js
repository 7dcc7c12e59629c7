/** Tables as files, and what files of panels are called. */

/** @typedef {(string | number | null | undefined)[]} Line */

/** @param {Line[number]} value */
function field(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Line[]} lines the first are the names of the columns; a shorter one is filled up */
export function csv(lines) {
  const columns = lines[0].map((_, i) => i);
  return lines.map((line) => `${columns.map((i) => field(line[i])).join()}\r\n`).join("");
}

/**
 * The name of a file without its ending, which any file system takes.
 * @param {string} run @param {string} panel what is shown of it @param {number} step
 */
export const fileName = (run, panel, step) =>
  `${run}.${panel}.step${step}`.replace(/[^\w.-]+/g, "-");
