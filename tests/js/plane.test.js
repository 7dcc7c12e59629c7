import assert from "node:assert/strict";
import { test } from "node:test";
import {
  besides,
  nearestPoint,
  onScreen,
  panned,
  revealing,
  scaleFor,
  WHOLE,
  zoomed,
} from "../../static/js/network/inspect/plane/camera.js";
import { markOf } from "../../static/js/network/inspect/plane/marks.js";
import { mixing, neighboursOf, ownShare } from "../../static/js/network/inspect/plane/mixing.js";
import { heldTo, unitPlaces } from "../../static/js/network/inspect/plane/procrustes.js";

/** @typedef {[number, number][]} Places */

/** Scattered, the same at each call. @param {number} count @returns {Places} */
const scattered = (count) =>
  Array.from({ length: count }, (_, i) => [3 * Math.sin(7.3 * i + 1), Math.cos(3.1 * i * i)]);

/** @param {Places} places @param {number} angle @param {number} size @param {boolean} isMirrored @returns {Places} */
const moved = (places, angle, size, isMirrored) =>
  places.map(([x, given]) => {
    const y = isMirrored ? -given : given;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [size * (cos * x - sin * y) + 5, size * (sin * x + cos * y) - 11];
  });

/** @param {Places} found @param {Places} expected @param {number} [within] */
function assertNear(found, expected, within = 1e-9) {
  assert.equal(found.length, expected.length);
  for (const [i, [x, y]] of found.entries())
    assert.ok(Math.hypot(x - expected[i][0], y - expected[i][1]) < within, `${i}: ${x}, ${y}`);
}

test("places that were turned, mirrored, enlarged and moved come back to where they were", () => {
  const held = heldTo(scattered(40), null);
  for (const angle of [0, 0.3, Math.PI / 2, 2.9, Math.PI, -2])
    for (const size of [0.01, 1, 250])
      for (const isMirrored of [false, true])
        assertNear(heldTo(moved(scattered(40), angle, size, isMirrored), held), held);
});

test("what one alone did is not held back", () => {
  const before = heldTo(scattered(200), null);
  const later = scattered(200);
  later[17] = [later[17][0] + 2, later[17][1]];
  const after = heldTo(moved(later, 1.2, 4, true), before);
  const ways = after.map(([x, y], i) => Math.hypot(x - before[i][0], y - before[i][1]));
  assert.equal(ways.indexOf(Math.max(...ways)), 17);
  assert.ok(ways.filter((way) => way > 0.05).length === 1);
});

test("no other turn is nearer than the one that is found", () => {
  const onto = unitPlaces(scattered(30));
  const other = unitPlaces(scattered(60).slice(30));
  const far = (/** @type {Places} */ places) =>
    places.reduce((sum, [x, y], i) => sum + (x - onto[i][0]) ** 2 + (y - onto[i][1]) ** 2, 0);
  const best = far(heldTo(other, onto));
  for (const isMirrored of [false, true])
    for (let turn = 0; turn < 360; turn++) {
      const places = unitPlaces(moved(other, (turn * Math.PI) / 180, 1, isMirrored));
      assert.ok(best <= far(places) + 1e-9);
    }
});

test("points that are all in one place stay there", () => {
  assertNear(
    heldTo(
      [
        [4, 4],
        [4, 4],
      ],
      [
        [1, 0],
        [-1, 0],
      ],
    ),
    [
      [0, 0],
      [0, 0],
    ],
  );
});

test("neighbours are the nearest others, as sorting all of them has it", () => {
  const places = scattered(50);
  for (const i of [0, 13, 49]) {
    const far = places.map(([x, y]) => Math.hypot(x - places[i][0], y - places[i][1]));
    const all = [...places.keys()].filter((j) => j !== i).sort((a, b) => far[a] - far[b]);
    assert.deepEqual(neighboursOf(places, i, 10), all.slice(0, 10));
  }
  assert.deepEqual(
    neighboursOf(
      [
        [0, 0],
        [1, 0],
      ],
      0,
      10,
    ),
    [1],
  );
});

test("a class by itself is its own neighbour, two that lie in one place are mixed", () => {
  const at = (/** @type {number} */ x) => (/** @type {unknown} */ _, /** @type {number} */ i) =>
    /** @type {[number, number]} */ ([x, i / 100]);
  const alone = Array.from({ length: 20 }, at(0));
  const together = Array.from({ length: 40 }, at(50));
  const labels = [...alone.map(() => 7), ...together.map((_, i) => 1 + (i % 2))];
  const found = mixing([...alone, ...together], labels);
  assert.deepEqual(found.at(-1), { label: 7, count: 20, own: 1, other: null, otherShare: 0 });
  for (const { label, own, other, otherShare } of found.slice(0, 2)) {
    assert.ok(own > 0.3 && own < 0.6);
    assert.equal(other, 3 - label);
    assert.equal(own + otherShare, 1);
  }
  const [one, other] = found;
  assert.ok(Math.abs(ownShare(found) - (one.own + other.own + 1) / 3) < 1e-9); // of 20 pictures each
});

const SIZE = { width: 400, height: 300 };

test("the whole of the plane is in view, and upwards is up", () => {
  const places = scattered(60);
  const scale = scaleFor(places, SIZE);
  for (const place of places) {
    const [x, y] = onScreen(place, WHOLE, scale, SIZE);
    assert.ok(x >= 13.9 && x <= 386.1 && y >= 13.9 && y <= 286.1);
  }
  assert.deepEqual(onScreen([0, 1], WHOLE, 100, SIZE), [200, 50]);
});

test("what is under the pointer stays under it while it is zoomed", () => {
  const place = /** @type {[number, number]} */ ([0.4, 0.3]);
  const before = onScreen(place, WHOLE, 100, SIZE);
  const near = zoomed(zoomed(WHOLE, 3, before, SIZE), 2, before, SIZE);
  assert.equal(near.zoom, 6);
  const after = onScreen(place, near, 100, SIZE);
  assert.ok(Math.hypot(after[0] - before[0], after[1] - before[1]) < 1e-9);
});

test("zooming ends at the whole and at 64 times, and nobody gets lost beside the plane", () => {
  assert.deepEqual(zoomed(WHOLE, 0.5, [10, 10], SIZE), WHOLE);
  assert.equal(zoomed(WHOLE, 1000, [10, 10], SIZE).zoom, 64);
  assert.deepEqual(panned(WHOLE, [90, 90], SIZE), WHOLE);
  const near = zoomed(WHOLE, 2, [200, 150], SIZE);
  assert.deepEqual(panned(near, [9999, -9999], SIZE), { zoom: 2, x: 200, y: -150 });
  assert.deepEqual(revealing(near, [200, 150], SIZE), near);
  assert.deepEqual(revealing(near, [-6, 320], SIZE), { zoom: 2, x: 20, y: -34 });
});

test("an arrow leads to the nearest point on its side; a press to the nearest within reach", () => {
  const points = /** @type {Places} */ ([
    [0, 0],
    [10, 4],
    [30, 0],
    [-5, 0],
    [3, -50],
  ]);
  assert.equal(besides(points, 0, "ArrowRight"), 1);
  assert.equal(besides(points, 0, "ArrowLeft"), 3);
  assert.equal(besides(points, 0, "ArrowUp"), 4);
  assert.equal(besides(points, 0, "ArrowDown"), null);
  assert.equal(besides(points, 0, "x"), null);
  assert.equal(nearestPoint(points, [11, 4], 12), 1);
  assert.equal(nearestPoint(points, [60, 60], 12), null);
});

/** @param {string} hex @returns {number} relative luminance, WCAG 2 */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("fifty classes have marks of their own, which stand out from the panel in either theme", () => {
  for (const [isDark, panel] of /** @type {[boolean, string][]} */ ([
    [false, "#ffffff"],
    [true, "#1c1f24"],
  ])) {
    const marks = Array.from({ length: 50 }, (_, label) => markOf(label, isDark));
    assert.equal(new Set(marks.map(({ colour, form }) => colour + form)).size, 50);
    assert.equal(new Set(marks.slice(0, 10).map(({ colour }) => colour)).size, 10);
    for (const { colour } of marks) {
      const [low, high] = [luminance(panel), luminance(colour)].sort((a, b) => a - b);
      assert.ok((high + 0.05) / (low + 0.05) > 3, colour);
    }
  }
});
