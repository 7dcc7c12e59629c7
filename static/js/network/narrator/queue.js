/** Which finding is said next: never sooner than the last one could be read. */

/** @typedef {import("../../shared/types.js").Finding} Finding */
/** @typedef {{finding: Finding, more: number}} Line `more`: of its kind at the same step */

export const READING_MS = 4000;
const MOST_WAITING = 4; // lines; what is older by then stands in the list

/** The most important first. @type {Finding["kind"][]} */
const IMPORTANCE = [
  "loss_jumped",
  "nothing_moved",
  "nothing_learned",
  "accuracies_diverged",
  "filter_died",
  "passed_guessing",
];

/** Those of a kind and a step are one line: the first of them. @param {Finding[]} findings @returns {Line[]} */
export function linesOf(findings) {
  /** @type {Map<string, Line>} */
  const lines = new Map();
  for (const finding of findings) {
    const line = lines.get(`${finding.kind} ${finding.step}`);
    if (line) line.more += 1;
    else lines.set(`${finding.kind} ${finding.step}`, { finding, more: 0 });
  }
  return [...lines.values()];
}

/** @param {Line} one @param {Line} other */
const byImportance = (one, other) =>
  IMPORTANCE.indexOf(one.finding.kind) - IMPORTANCE.indexOf(other.finding.kind) ||
  other.finding.id - one.finding.id;

/** Lines that wait to be said. */
export class Queue {
  /** @type {Line[]} */
  #waiting = [];
  #saidMs = Number.NEGATIVE_INFINITY;

  /** @param {Line[]} lines the newest */
  add(lines) {
    this.#waiting = [...this.#waiting, ...lines].sort(byImportance).slice(0, MOST_WAITING);
  }

  clear() {
    this.#waiting = [];
    this.#saidMs = Number.NEGATIVE_INFINITY;
  }

  /** How long until there is something to say; null: nothing waits. @param {number} nowMs */
  waitMs(nowMs) {
    return this.#waiting.length ? Math.max(0, this.#saidMs + READING_MS - nowMs) : null;
  }

  /** The next line, once its time has come. @param {number} nowMs @returns {Line | null} */
  take(nowMs) {
    if (this.waitMs(nowMs) !== 0) return null;
    this.#saidMs = nowMs;
    return this.#waiting.shift() ?? null;
  }
}
