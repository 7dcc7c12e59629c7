/** What the panel "Why this answer?" says, paints and adds up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { overlay, planeOf, strongest, usualSize } from "../../static/js/network/why/cells.js";
import { rowsOf } from "../../static/js/network/why/sum.js";
import {
  alikeText,
  alikeWords,
  completenessWords,
  METHODS,
  methodOf,
  parseRegion,
  regionParameter,
  regionText,
} from "../../static/js/network/why/words.js";
import { divergingTable, pack } from "../../static/js/shared/heatmap/colour.js";

/** @param {object} part @returns {any} */
const answer = (part) => ({
  method: "gradient",
  step: 300,
  completeness: null,
  control: { of: "step 0 of this run", correlation: 0.04 },
  ...part,
});
const control = (/** @type {number | null} */ correlation, of = "step 0 of this run") => ({
  control: { of, correlation },
});

test("above a half alike a method shows mostly the picture, below what was learned", () => {
  assert.match(
    alikeWords(answer(control(0.881))),
    /^0\.88 alike: .*mostly the picture, and little/,
  );
  assert.equal(alikeWords(answer(control(0.5))), "0.50 alike: what you see was learned.");
  assert.equal(alikeWords(answer(control(-0.1))), "−0.10 alike: what you see was learned.");
  assert.match(alikeWords(answer(control(null))), /^Not comparable/);
  assert.equal(alikeText(-0.001), "0.00");
});

test("at step 0 nothing was learned, unless the run began with trained weights", () => {
  assert.match(alikeWords(answer({ step: 0, ...control(1) })), /^Nothing was learned yet/);
  assert.match(alikeWords(answer({ step: 0, ...control(0.1, "a fresh draw") })), /^0\.10 alike/);
});

test("what it adds up to is said where it should tell all of the score", () => {
  const completeness = { total: 3.214, expected: 3.221 };
  const method = "integrated-gradients";
  assert.equal(
    completenessWords(answer({ method, completeness })),
    "It adds up to 3.21; the score rose by 3.22 from a black picture.",
  );
  assert.match(
    String(completenessWords(answer({ method, completeness: { total: -1, expected: -1.01 } }))),
    /−1\.00; the score fell by 1\.01/,
  );
  assert.equal(completenessWords(answer({})), null);
});

test("every method has a name and a sentence; another in the address is the first", () => {
  assert.equal(METHODS.length, 5);
  for (const [, name, says] of METHODS) assert.ok(name && says.endsWith("."));
  assert.equal(methodOf("saliency")[0], "grad-cam");
  assert.equal(methodOf("occlusion")[1], "Occlusion");
});

test("a region is said by its rows and columns", () => {
  assert.equal(regionText({ y: 6, x: 9, height: 1, width: 1 }), "row 6, column 9");
  assert.equal(regionText({ y: 0, x: 2, height: 3, width: 2 }), "rows 0–2, columns 2–3");
});

test("a colour picture's attribution is the sum over its channels", () => {
  const plane = planeOf([[[1, 2]], [[10, 20]], [[-100, null]]], [3, 1, 2]);
  assert.equal(plane.rows, 1);
  assert.equal(plane.values[0], -89);
  assert.ok(Number.isNaN(plane.values[1]));
  assert.deepEqual(
    strongest(
      planeOf(
        [
          [0, 1],
          [5, -9],
        ],
        [2, 2],
      ),
    ),
    { y: 1, x: 0 },
  );
});

test("a few values that stand far out don't hide the others, nor do zeros", () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : i === 999 ? 50 : -1));
  assert.equal(usualSize(values), 1);
  assert.equal(usualSize([0, 0]), 0);
});

test("a coarse map lies over its picture in blocks, and 0 leaves the picture dimmed", () => {
  const diverging = divergingTable("light", "#fbfaf7");
  const paper = diverging[255];
  const picture = { cells: new Uint32Array(16).fill(pack(0, 0, 0)), rows: 4, cols: 4 };
  const { cells, rows, cols } = overlay(
    planeOf(
      [
        [0, 2],
        [-2, 0],
      ],
      [2, 2],
    ),
    picture,
    2,
    { diverging, paper },
  );
  assert.deepEqual([rows, cols], [4, 4]);
  const at = (/** @type {number} */ y, /** @type {number} */ x) => cells[4 * y + x];
  for (const [y, x] of [
    [0, 2],
    [0, 3],
    [1, 2],
    [1, 3],
  ])
    assert.equal(at(y, x), diverging[510]);
  for (const [y, x] of [
    [2, 0],
    [3, 1],
  ])
    assert.equal(at(y, x), diverging[0]);
  assert.notEqual(at(0, 0), paper);
  assert.notEqual(at(0, 0), picture.cells[0]);
});

test("the rows hold every filter: the largest by name, the others as one", () => {
  const filters = [0.5, -3, 0, 1, 0.1, 0.2, 0.3, 0.4];
  const constants = [{ contribution: 0.25 }, { contribution: -1 }];
  const rows = rowsOf({ filters, constants });
  assert.deepEqual(
    rows.filters.map(({ filter }) => filter),
    [1, 3, 0, 7, 6, 5],
  );
  assert.deepEqual(rows.others, { count: 2, value: 0.1 });
  assert.equal(rows.biases, -0.75);
  assert.equal(rows.most, 3);
  assert.deepEqual(rowsOf({ filters: [0, 0], constants: [] }).others, { count: 2, value: 0 });
});

test("a region in the address is four whole numbers, or nothing", () => {
  const region = { y: 3, x: 0, height: 2, width: 10 };
  assert.deepEqual(parseRegion("3,0,2,10"), region);
  assert.equal(regionParameter(region), "3,0,2,10");
  for (const text of [null, "", "1,2,3", "1,2,0,1", "-1,2,1,1", "1,2,3,4,5", "a,b,c,d"])
    assert.equal(parseRegion(text), null);
});
