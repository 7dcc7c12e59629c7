/**
 * Holds places in the plane to those of another step: Procrustes analysis. Principal components are
 * known but for how they are turned, mirrored and large, and none of that is anything learned.
 */

/** @typedef {[number, number][]} Places */

/** About their middle, and of one size: 1 is the root of the mean squared distance from it.
 * @param {Places} places @returns {Places} */
export function unitPlaces(places) {
  const middle = [0, 1].map((axis) => sum(places.map((place) => place[axis])) / places.length);
  const centred = places.map(([x, y]) => [x - middle[0], y - middle[1]]);
  const size = Math.sqrt(sum(centred.map(([x, y]) => x * x + y * y)) / places.length) || 1;
  return centred.map(([x, y]) => [x / size, y / size]);
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/** The rotation that leaves the least squared distance, and how much it makes them agree.
 * @param {Places} places @param {Places} onto */
function rotationOnto(places, onto) {
  let [along, across] = [0, 0];
  for (const [i, [x, y]] of places.entries()) {
    along += x * onto[i][0] + y * onto[i][1];
    across += x * onto[i][1] - y * onto[i][0];
  }
  return { angle: Math.atan2(across, along), agreement: Math.hypot(along, across) };
}

/** @param {Places} places @param {number} angle @returns {Places} */
function rotated(places, angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return places.map(([x, y]) => [cos * x - sin * y, sin * x + cos * y]);
}

/**
 * Places of unit size, turned and, if that is nearer, mirrored onto others of the same things.
 * @param {Places} places @param {Places | null} onto as this function answers; null: as they are
 * @returns {Places}
 */
export function heldTo(places, onto) {
  const as = unitPlaces(places);
  if (!onto) return as;
  const mirrored = as.map(([x, y]) => /** @type {[number, number]} */ ([x, -y]));
  const [plain, other] = [rotationOnto(as, onto), rotationOnto(mirrored, onto)];
  return other.agreement > plain.agreement
    ? rotated(mirrored, other.angle)
    : rotated(as, plain.angle);
}
