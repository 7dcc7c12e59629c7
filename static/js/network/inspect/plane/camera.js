/** What of the plane is in view: a frozen camera, and the arithmetic of moving it. */

/** @typedef {{width: number, height: number}} Size CSS pixels */
/** @typedef {{zoom: number, x: number, y: number}} Camera `x`, `y`: where the plane's middle is from the view's, pixels */
/** @typedef {[number, number]} Point */

/** @type {Camera} */
export const WHOLE = { zoom: 1, x: 0, y: 0 };
export const MOST_ZOOM = 64;
const EDGE = 14; // pixels free around all points

/** Pixels of the plane's unit, so that all points are in view.
 * @param {Point[]} places @param {Size} size */
export function scaleFor(places, { width, height }) {
  const wide = Math.max(...places.map(([x]) => Math.abs(x)), 1e-9);
  const high = Math.max(...places.map(([, y]) => Math.abs(y)), 1e-9);
  return Math.max(1, Math.min((width / 2 - EDGE) / wide, (height / 2 - EDGE) / high));
}

/** Upwards is positive. @param {Point} place @param {Camera} camera @param {number} scale @param {Size} size @returns {Point} pixels from the view's corner */
export const onScreen = ([x, y], camera, scale, { width, height }) => [
  width / 2 + camera.x + x * scale * camera.zoom,
  height / 2 + camera.y - y * scale * camera.zoom,
];

/** The view's middle stays on the plane. @param {Camera} camera @param {Size} size @returns {Camera} */
function within({ zoom, x, y }, { width, height }) {
  const [most, high] = [((zoom - 1) * width) / 2, ((zoom - 1) * height) / 2];
  return {
    zoom,
    x: Math.min(most, Math.max(-most, x)) + 0,
    y: Math.min(high, Math.max(-high, y)) + 0,
  };
}

/** What is under a point stays under it, but where the view would leave the plane.
 * @param {Camera} camera @param {number} factor @param {Point} point pixels @param {Size} size */
export function zoomed(camera, factor, [px, py], size) {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, camera.zoom * factor));
  const by = zoom / camera.zoom;
  const [dx, dy] = [px - size.width / 2, py - size.height / 2];
  return within({ zoom, x: dx - (dx - camera.x) * by, y: dy - (dy - camera.y) * by }, size);
}

/** @param {Camera} camera @param {Point} by pixels @param {Size} size */
export const panned = (camera, [dx, dy], size) =>
  within({ ...camera, x: camera.x + dx, y: camera.y + dy }, size);

/** So that a point is in view, moved as little as that takes.
 * @param {Camera} camera @param {Point} point pixels @param {Size} size */
export function revealing(camera, [px, py], size) {
  const short = (/** @type {number} */ at, /** @type {number} */ room) =>
    Math.max(0, EDGE - at) - Math.max(0, at - room + EDGE);
  return panned(camera, [short(px, size.width), short(py, size.height)], size);
}

/** The point that an arrow key leads to: the nearest within the quarter that it looks into.
 * @param {Point[]} points pixels @param {number} from @param {string} key @returns {number | null} */
export function besides(points, from, key) {
  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const way = ways[/** @type {"ArrowUp"} */ (key)];
  if (!way) return null;
  /** @type {{at: number | null, far: number}} */
  const best = { at: null, far: Number.POSITIVE_INFINITY };
  for (const [i, [x, y]] of points.entries()) {
    const [dx, dy] = [x - points[from][0], y - points[from][1]];
    const along = dx * way[0] + dy * way[1];
    const far = Math.hypot(dx, dy);
    if (i === from || along <= 0 || along < far * Math.SQRT1_2 || far >= best.far) continue;
    Object.assign(best, { at: i, far });
  }
  return best.at;
}

/** @param {Point[]} points pixels @param {Point} place @param {number} reach pixels @returns {number | null} */
export function nearestPoint(points, [px, py], reach) {
  let [best, far] = [/** @type {number | null} */ (null), reach];
  for (const [i, [x, y]] of points.entries()) {
    const distance = Math.hypot(x - px, y - py);
    if (distance <= far) [best, far] = [i, distance];
  }
  return best;
}
