/** Pointer, wheel and keys of the plane: they move its camera, point at pictures and choose one. */
import { isComposing } from "../../../shared/composing.js";
import { besides, nearestPoint, panned, revealing, WHOLE, zoomed } from "./camera.js";

/** @typedef {ReturnType<typeof import("./canvas.js").planeOn>} OnCanvas */
/** @typedef {import("./camera.js").Point} Point */
/** @typedef {{point: (at: number | null) => void, choose: (at: number) => void, moved: () => void}} Acts */

export const STEP = 1.6; // of a button or key that zooms
const MOVED_PX = 4; // a press that moves farther is a drag
const REACH_PX = { mouse: 12, pen: 16, touch: 24 };
const WHEEL = 0.0018; // of a wheel's pixel, as the logarithm of the zoom

/** @param {Point} one @param {Point} other */
const between = ([x, y], [ox, oy]) => Math.hypot(x - ox, y - oy);

/** @param {OnCanvas} plane @param {Acts} acts @param {import("./camera.js").Camera} camera */
function look(plane, acts, camera) {
  plane.set({ camera });
  acts.moved();
}

/** About a point, or the middle of what is in view. @param {OnCanvas} plane @param {Acts} acts @param {number} factor @param {Point} [about] */
export function zoomBy(plane, acts, factor, about) {
  const { camera, size } = plane.drawn;
  look(plane, acts, zoomed(camera, factor, about ?? [size.width / 2, size.height / 2], size));
}

/** @param {OnCanvas} plane @param {Acts} acts */
export const seeAll = (plane, acts) => look(plane, acts, WHOLE);

/** @param {HTMLElement} box @param {OnCanvas} plane @param {Acts} acts @returns {() => void} undoes it */
export function bindGestures(box, plane, acts) {
  const undo = [
    bindPointers(box, plane, acts),
    bindWheel(box, plane, acts),
    bindKeys(box, plane, acts),
  ];
  return () => {
    for (const one of undo) one();
  };
}

/** @param {HTMLElement} box @param {MouseEvent} event @returns {Point} */
function within(box, event) {
  const room = box.getBoundingClientRect();
  return [event.clientX - room.left, event.clientY - room.top];
}

/** @param {HTMLElement} box @param {OnCanvas} plane @param {Acts} acts */
function bindPointers(box, plane, acts) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  let began = /** @type {Point | null} */ (null); // of a press that is no drag yet
  const reach = (/** @type {PointerEvent} */ { pointerType }) =>
    REACH_PX[/** @type {"mouse"} */ (pointerType)] ?? REACH_PX.mouse;
  const under = (/** @type {PointerEvent} */ event) =>
    nearestPoint(plane.points(), within(box, event), reach(event));

  const onDown = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    down.set(event.pointerId, within(box, event));
    began = down.size === 1 ? within(box, event) : null;
    box.setPointerCapture(event.pointerId);
  };
  const onMove = (/** @type {PointerEvent} */ event) => {
    const before = down.get(event.pointerId);
    const now = within(box, event);
    if (!before) return acts.point(under(event));
    if (began && between(began, now) < MOVED_PX) return;
    began = null;
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    const { camera, size } = plane.drawn;
    if (!other)
      return look(plane, acts, panned(camera, [now[0] - before[0], now[1] - before[1]], size));
    const middle = /** @type {Point} */ ([(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
    zoomBy(plane, acts, between(now, other) / Math.max(1, between(before, other)), middle);
  };
  const onUp = (/** @type {PointerEvent} */ event) => {
    const isPress = began !== null && down.has(event.pointerId);
    down.delete(event.pointerId);
    began = null;
    const at = isPress && event.type === "pointerup" ? under(event) : null;
    if (at === null) return;
    acts.point(at);
    acts.choose(at);
  };
  const onLeave = () => !down.size && acts.point(null);
  return bind(box, {
    pointerdown: onDown,
    pointermove: onMove,
    pointerup: onUp,
    pointercancel: onUp,
    pointerleave: onLeave,
  });
}

/** A wheel that can zoom out no farther scrolls the page. @param {HTMLElement} box @param {OnCanvas} plane @param {Acts} acts */
const bindWheel = (box, plane, acts) =>
  bind(box, {
    wheel: (/** @type {WheelEvent} */ event) => {
      if (event.deltaY > 0 && plane.drawn.camera.zoom === 1 && !event.ctrlKey) return;
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1) * (event.ctrlKey ? 5 : 1);
      zoomBy(plane, acts, Math.exp(-WHEEL * pixels), within(box, event));
    },
  });

/** @param {HTMLElement} box @param {OnCanvas} plane @param {Acts} acts */
function bindKeys(box, plane, acts) {
  const walk = (/** @type {string} */ key) => {
    const points = plane.points();
    const { at, size, camera } = plane.drawn;
    const next =
      at === null
        ? nearestPoint(points, [size.width / 2, size.height / 2], 1e9)
        : besides(points, at, key);
    if (next === null) return;
    acts.point(next);
    look(plane, acts, revealing(camera, points[next], size));
  };
  return bind(box, {
    keydown: (/** @type {KeyboardEvent} */ event) => {
      const { at } = plane.drawn;
      if (isComposing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key.startsWith("Arrow")) walk(event.key);
      else if (event.key === "+" || event.key === "=") zoomBy(plane, acts, STEP);
      else if (event.key === "-") zoomBy(plane, acts, 1 / STEP);
      else if (event.key === "0") seeAll(plane, acts);
      else if ((event.key === "Enter" || event.key === " ") && at !== null) acts.choose(at);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
}

/** @param {HTMLElement} box @param {Record<string, (event: any) => void>} handlers @returns {() => void} undoes it */
function bind(box, handlers) {
  for (const [name, handler] of Object.entries(handlers))
    box.addEventListener(name, handler, { passive: false });
  return () => {
    for (const [name, handler] of Object.entries(handlers)) box.removeEventListener(name, handler);
  };
}
