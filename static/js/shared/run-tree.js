/** Runs as a tree: a fork stands below its parent. */

/** @typedef {import("./types.js").Run} Run @typedef {{run: Run, depth: number}} TreeRow */

/**
 * Newest first, each followed by its own forks, oldest of them first.
 * @param {Run[]} runs @returns {TreeRow[]}
 */
export function inTreeOrder(runs) {
  const known = new Set(runs.map((run) => run.id));
  const roots = runs.filter((run) => !run.parent || !known.has(run.parent.run));
  /** @type {Map<string, Run[]>} */
  const forks = new Map();
  for (const run of byAge(runs)) {
    if (run.parent) forks.set(run.parent.run, [...(forks.get(run.parent.run) ?? []), run]);
  }
  /** @type {TreeRow[]} */
  const out = [];
  const seen = new Set();
  const put = (/** @type {Run} */ run, /** @type {number} */ depth) => {
    if (seen.has(run.id)) return;
    seen.add(run.id);
    out.push({ run, depth });
    for (const fork of forks.get(run.id) ?? []) put(fork, depth + 1);
  };
  for (const run of byAge(roots).reverse()) put(run, 0);
  for (const run of byAge(runs)) put(run, 0); // those of a circle, which only a file can claim
  return out;
}

/** Oldest first. @param {Run[]} runs */
const byAge = (runs) =>
  [...runs].sort((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at));

/** How many forks a run has, its own: neither theirs nor a copy from before a reset.
 * @param {TreeRow[]} rows @param {number} index */
export const forkCount = (rows, index) =>
  rows.filter(({ run: { parent } }) => parent?.run === rows[index].run.id && parent.step !== null)
    .length;

/**
 * The last step that two runs have in common: where one left the other, or both a third.
 * @param {Run} a @param {Run} b @param {Map<string, Run>} known @returns {number | null} null: none
 */
export function forkPoint(a, b, known) {
  const [one, other] = [lineage(a, known), lineage(b, known)];
  for (const [id, until] of one) {
    const also = other.get(id);
    if (also !== undefined) return Math.min(until, also);
  }
  return null;
}

/** Each run that this one's steps were part of, and up to which. @param {Run} run @param {Map<string, Run>} known */
function lineage(run, known) {
  const line = new Map([[run.id, Number.POSITIVE_INFINITY]]);
  let until = Number.POSITIVE_INFINITY;
  let { parent } = run;
  while (parent && parent.step !== null && !line.has(parent.run)) {
    until = Math.min(until, parent.step);
    line.set(parent.run, until);
    parent = known.get(parent.run)?.parent ?? null;
  }
  return line;
}
