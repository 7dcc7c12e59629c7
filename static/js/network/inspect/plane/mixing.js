/** Which classes lie among each other: whose pictures the nearest ones in the plane are. */

/** @typedef {import("./procrustes.js").Places} Places */
/** @typedef {{label: number, count: number, own: number, other: number | null, otherShare: number}} Mixed
 *   `own`: the share of its pictures' neighbours that are of its class; `other`: whose most others are */

export const NEIGHBOURS = 10;

/** The indexes of the nearest others. @param {Places} places @param {number} i @param {number} most */
export function neighboursOf(places, i, most) {
  const [x, y] = places[i];
  /** @type {number[]} */
  const near = [];
  /** @type {number[]} */
  const far = [];
  for (const [j, [px, py]] of places.entries()) {
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (j === i || (near.length === most && distance >= far[most - 1])) continue;
    let at = near.length;
    while (at > 0 && far[at - 1] > distance) at--;
    near.splice(at, 0, j);
    far.splice(at, 0, distance);
    if (near.length > most) near.length = far.length = most;
  }
  return near;
}

/** Each class that has a picture, the most mixed first. @param {Places} places @param {number[]} labels @returns {Mixed[]} */
export function mixing(places, labels) {
  /** @type {Map<number, Map<number, number>>} */
  const found = new Map();
  for (const [i, label] of labels.entries()) {
    const tally = found.get(label) ?? new Map();
    found.set(label, tally);
    for (const j of neighboursOf(places, i, NEIGHBOURS))
      tally.set(labels[j], (tally.get(labels[j]) ?? 0) + 1);
  }
  return [...found]
    .map(([label, tally]) => {
      const count = labels.filter((one) => one === label).length;
      return { label, count, ...sharesOf(label, tally) };
    })
    .sort((a, b) => a.own - b.own);
}

/** @param {number} label @param {Map<number, number>} tally of its neighbours */
function sharesOf(label, tally) {
  const all = [...tally.values()].reduce((sum, one) => sum + one, 0) || 1;
  const others = [...tally].filter(([one]) => one !== label).sort((a, b) => b[1] - a[1]);
  const [other, number] = others[0] ?? [null, 0];
  return { own: (tally.get(label) ?? 0) / all, other, otherShare: number / all };
}

/** Of all pictures' neighbours. @param {Mixed[]} mixed */
export const ownShare = (mixed) =>
  mixed.reduce((sum, { count, own }) => sum + count * own, 0) /
  Math.max(
    1,
    mixed.reduce((sum, { count }) => sum + count, 0),
  );
