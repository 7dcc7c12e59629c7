import assert from "node:assert/strict";
import { test } from "node:test";
import { doublingSteps, kernelGrid } from "../../static/js/network/filter/kernel-grid.js";
import { colourOf, divergingTable } from "../../static/js/shared/heatmap/colour.js";

const TABLE = divergingTable("light", "#fbfaf7");

test("five kernels stand in rows of three, a clear cell apart", () => {
  const values = Array.from({ length: 5 * 2 * 2 }, (_, i) => i - 9);
  const { cells, rows, cols } = kernelGrid(values, 5, 2, 2, TABLE, 10);
  assert.deepEqual([rows, cols], [5, 8]);
  const colour = (/** @type {number} */ i) => colourOf(TABLE, values[i], 10);
  assert.equal(cells[0], colour(0)); // kernel 0, row 0, column 0
  assert.equal(cells[8 + 1], colour(3)); // kernel 0, row 1, column 1
  assert.equal(cells[3], colour(4)); // kernel 1
  assert.equal(cells[3 * 8], colour(12)); // kernel 3 begins the second row
  assert.equal(cells[4 * 8 + 4], colour(19)); // the last weight
  assert.equal(cells[2], 0);
  assert.equal(cells[2 * 8], 0);
  assert.equal(cells.filter((cell) => cell !== 0).length, 20);
});

test("a strip's steps double, and are all past", () => {
  assert.deepEqual(doublingSteps(0), []);
  assert.deepEqual(doublingSteps(1), [0]);
  assert.deepEqual(doublingSteps(4), [0, 1, 2]);
  assert.deepEqual(doublingSteps(5), [0, 1, 2, 4]);
  assert.equal(doublingSteps(10_000).length, 15);
});
