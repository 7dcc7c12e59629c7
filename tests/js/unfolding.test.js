import assert from "node:assert/strict";
import test from "node:test";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { unfoldAt } from "../../static/js/network/drawing/unfolding.js";
import { DEFAULT, TINY_VGG } from "./layers.js";

const AT_1440 = { width: 1065, height: 400 };
const AT_1280 = { width: 904, height: 400 };

/** @param {any} layers @param {number[]} input @param {{width: number, height: number}} room @param {string | null} layer */
const opened = (layers, input, room, layer) =>
  unfoldAt(layoutNetwork([...layers], input, room), layer, room.width);

/** Columns that can be seen. @param {ReturnType<typeof opened>} plan @param {string} layer */
const seen = (plan, layer) =>
  plan.columns.filter((column) => !column.away && !column.above && column.name !== layer);

test("with no filter open every column is at its place", () => {
  const plan = opened(DEFAULT, [1, 28, 28], AT_1440, null);
  assert.equal(plan.view, null);
  for (const column of plan.columns) assert.equal(column.x, column.home);
});

for (const room of [AT_1440, AT_1280]) {
  for (const layer of ["conv1", "conv2"]) {
    test(`${layer} unfolds between what feeds it and what it feeds, in a room of ${room.width}`, () => {
      const plan = opened(DEFAULT, [1, 28, 28], room, layer);
      const { view, answers } = plan;
      assert.ok(view && answers && view.width >= 540);
      const at = plan.columns.findIndex(({ name }) => name === layer);
      const [before, after] = [
        plan.columns[at].source,
        seen(plan, layer).find(({ x }) => x > view.x),
      ];
      assert.ok(before && !before.away && before.x + before.width <= view.x);
      assert.ok(after && plan.columns.indexOf(after) > at && after.x >= view.x + view.width);
      for (const { x, width } of seen(plan, layer)) {
        assert.ok(x >= 0 && x + width <= answers.x, "inside, and not under the answers");
        assert.ok(x + width <= view.x || x >= view.x + view.width, "beside the filter");
      }
      const edges = seen(plan, layer).sort((a, b) => a.x - b.x);
      for (const [i, { x }] of edges.slice(1).entries())
        assert.ok(x >= edges[i].x + edges[i].width, "none over another");
    });
  }
}

test("the answers stay at the window's edge, also where the drawing is wider than it", () => {
  const plan = opened(TINY_VGG, [3, 64, 64], AT_1440, "conv2");
  assert.ok(plan.view && plan.answers);
  assert.equal(plan.answers.x + plan.answers.width, AT_1440.width);
  assert.equal(plan.scrolls, false);
});

test("closed again, all is where it was", () => {
  const base = layoutNetwork([...DEFAULT], [1, 28, 28], AT_1440);
  const before = JSON.stringify(base.columns.map(({ x, cells }) => [x, cells]));
  unfoldAt(base, "conv1", AT_1440.width);
  unfoldAt(base, null, AT_1440.width);
  assert.equal(JSON.stringify(base.columns.map(({ x, cells }) => [x, cells])), before);
});

test("in little room nothing moves: the filter takes the whole pane", () => {
  const plan = opened(DEFAULT, [1, 28, 28], { width: 600, height: 400 }, "conv2");
  assert.equal(plan.view, null);
  for (const column of plan.columns) assert.equal(column.x, column.home);
});
