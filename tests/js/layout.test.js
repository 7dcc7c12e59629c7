import assert from "node:assert/strict";
import test from "node:test";
import { sourceChannel } from "../../static/js/network/drawing/columns.js";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { fold, packGrids, snap } from "../../static/js/network/drawing/packing.js";
import { DEFAULT, LONE_CONV, TINY_VGG, WIDE } from "./layers.js";

/** @typedef {import("../../static/js/network/drawing/layout.js").Column} Column @typedef {import("../../static/js/network/drawing/layout.js").Rect} Rect */

/** @param {Column} column */
const rects = (column) =>
  column.cells.flatMap((cell) => [cell.map, ...cell.kernels, ...(cell.bias ? [cell.bias] : [])]);

/** @param {Rect} a @param {Rect} b */
const overlap = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const ALL = /** @type {const} */ ([
  ["the default network", DEFAULT, [1, 28, 28]],
  ["TinyVGG", TINY_VGG, [3, 64, 64]],
  ["a lone convolution", LONE_CONV, [1, 25, 25]],
  ["a wide network with groups", WIDE, [1, 28, 28]],
]);
const ROOMS = [
  { width: 1090, height: 640 },
  { width: 900, height: 400 },
];

/** In the drawing's own pixels. @param {Column} column @returns {Rect[]} */
const inDrawing = (column) => rects(column).map((rect) => ({ ...rect, x: rect.x + column.x }));

for (const [name, layers, input] of ALL) {
  for (const ghosts of [false, true]) {
    test(`in ${name} nothing overlaps, and all lies inside the drawing${ghosts ? ", with another state beside each kernel" : ""}`, () => {
      for (const room of ROOMS) {
        const plan = layoutNetwork([...layers], [...input], room, { ghosts });
        const all = plan.columns.flatMap((column) => [
          ...inDrawing(column),
          ...column.cells.flatMap((cell) => cell.ghosts.map((g) => ({ ...g, x: g.x + column.x }))),
        ]);
        for (const [i, rect] of all.entries()) {
          assert.ok(rect.width >= 1 && rect.height >= 1, `${i} has a size`);
          assert.ok(rect.x >= 0 && rect.x + rect.width <= plan.width + 1, `${i} is inside`);
          assert.ok(rect.y >= 0 && rect.y + rect.height <= room.height + 1, `${i} is inside`);
        }
        const some = all.filter(
          (_, i) => all.length < 900 || i % Math.ceil(all.length / 900) === 0,
        );
        for (const [i, a] of some.entries()) {
          assert.ok(!some.slice(i + 1).some((b) => overlap(a, b)), `${i} overlaps none`);
        }
      }
    });
  }

  test(`in ${name} columns follow one another, or stand under the one that they read`, () => {
    for (const room of ROOMS) {
      const plan = layoutNetwork([...layers], [...input], room);
      const beside = plan.columns.filter((column) => !column.above);
      for (let i = 1; i < beside.length; i++) {
        assert.ok(beside[i].x >= beside[i - 1].x + beside[i - 1].width);
      }
      for (const column of plan.columns) {
        if (column.above) assert.equal(column.above, column.source);
      }
    }
  });
}

for (const [name, layers, input] of ALL.slice(0, 2)) {
  test(`${name} shows its answers at every width, and fits all in where that is wanted`, () => {
    for (const width of [560, 700, 820, 1090, 1440, 1900, 2300]) {
      const room = { width, height: 600 };
      const { answers, width: drawn } = layoutNetwork([...layers], [...input], room);
      assert.ok(answers && answers.x + answers.width === drawn);
      const whole = layoutNetwork([...layers], [...input], room, { whole: true });
      assert.equal(whole.scrolls, false, `${width}`);
    }
    const phone = { width: 358, height: 420 };
    const plan = layoutNetwork([...layers], [...input], phone, { whole: true, answers: false });
    assert.deepEqual([plan.answers, plan.scrolls], [null, false]);
  });
}

test("a wide window is used: the drawing grows with it", () => {
  const [small, large] = [
    { width: 1090, height: 640 },
    { width: 2160, height: 1200 },
  ].map((room) => layoutNetwork(DEFAULT, [1, 28, 28], room));
  const map = (/** @type {typeof small} */ plan) => plan.columns[1].cells[0].map.width;
  assert.ok(map(large) > 1.4 * map(small));
  const last = large.columns[large.columns.length - 1];
  assert.ok(last.x + last.width > 0.85 * (large.answers?.x ?? 0));
});

test("the default network fits the pane of a 1440×900 screen with countable kernels", () => {
  const plan = layoutNetwork(DEFAULT, [1, 28, 28], ROOMS[0]);
  assert.equal(plan.width, ROOMS[0].width);
  const kernels = plan.columns.find((column) => column.name === "conv2")?.cells[0].kernels ?? [];
  assert.equal(kernels.length, 8);
  assert.ok(kernels[0].width / 3 >= 5, "each cell of a kernel is five pixels or more");
});

test("the default network has 72 maps, and a picture of each linear weight", () => {
  const { columns } = layoutNetwork(DEFAULT, [1, 28, 28], ROOMS[0]);
  const maps = columns.filter((column) => ["conv", "maps"].includes(column.role));
  assert.equal(
    maps.reduce((sum, column) => sum + column.cells.length, 0),
    72,
  );
  const linear = columns[columns.length - 1];
  assert.deepEqual([linear.role, linear.kernels, linear.kernel], ["classes", 16, [7, 7]]);
});

test("three input channels come with the picture in its own colours", () => {
  const { columns } = layoutNetwork(TINY_VGG, [3, 64, 64], ROOMS[0]);
  assert.equal(columns[0].cells.length, 4);
  assert.equal(columns[1].cells.flatMap((cell) => cell.kernels).length, 30);
});

test("a network too wide for the pane is drawn wider than it", () => {
  const plan = layoutNetwork(TINY_VGG, [3, 64, 64], { width: 500, height: 400 });
  const last = plan.columns[plan.columns.length - 1];
  assert.ok(plan.width >= last.x + last.width && plan.width > 500);
});

test("a kernel of a grouped convolution reads its own group's maps", () => {
  const { columns } = layoutNetwork(WIDE, [1, 28, 28], ROOMS[0]);
  assert.equal(sourceChannel(columns[2], 0, 5), 5);
  assert.equal(sourceChannel(columns[2], 32, 5), 37);
});

test("a hidden vector's weights fold to the squarest picture", () => {
  assert.deepEqual(fold(128), [8, 16]);
  assert.deepEqual(fold(7), [1, 7]);
});

test("grids are packed as large as the room allows", () => {
  assert.deepEqual(packGrids(8, 3, 3, { width: 200, height: 30 }, 2), {
    cell: 7,
    across: 8,
    width: 182,
    height: 21,
  });
  assert.equal(packGrids(1, 3, 3, { width: 30, height: 30 }, 2).cell, 10);
});

test("maps are whole multiples of their pixels where that costs little", () => {
  assert.equal(snap(60, 28), 56);
  assert.equal(snap(50, 28), 50);
});

test("beside Health and answers on a laptop the default network's maps stand as they did", () => {
  for (const width of [1064, 963]) {
    const { columns } = layoutNetwork(DEFAULT, [1, 28, 28], { width, height: 483 });
    assert.ok(columns.every(({ above }) => above === null));
  }
});
