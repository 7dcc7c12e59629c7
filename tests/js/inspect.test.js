import assert from "node:assert/strict";
import { test } from "node:test";
import { cellText, parseCell, shadeOf } from "../../static/js/network/inspect/cell.js";
import {
  figures,
  placeOfGradient,
  placeOfRatio,
  wrongWith,
} from "../../static/js/network/inspect/scale.js";
import { answersCsv, healthCsv } from "../../static/js/network/inspect/tables.js";

test("a cell in the address is two classes, or nothing", () => {
  assert.deepEqual(parseCell("3,6"), { true: 3, predicted: 6 });
  assert.equal(cellText({ true: 3, predicted: 6 }), "3,6");
  for (const text of [null, "", "3", "3,", "-1,2", "1.5,2", "3,6,9", "a,b"])
    assert.equal(parseCell(text), null);
});

test("a cell is shaded by its share of its row, a few mistakes more than their share", () => {
  assert.equal(shadeOf(200, 200), 1);
  assert.equal(shadeOf(50, 200), 0.5);
  assert.equal(shadeOf(0, 200), 0);
  assert.equal(shadeOf(0, 0), 0);
});

test("update ÷ weight stands on six decades, and what is out of its zone is named", () => {
  assert.equal(placeOfRatio(1e-3), 0.5);
  assert.deepEqual([0, 1e-9, 1, 50].map(placeOfRatio), [0, 0, 1, 1]);
  assert.deepEqual([null, 0, 9e-5, 1e-4, 0.01, 0.1, 0.2].map(wrongWith), [
    null,
    null,
    "too small",
    null,
    null,
    null,
    "too large",
  ]);
});

test("a gradient's bar loses a quarter for each decade below the largest", () => {
  assert.deepEqual(
    [2, 0.2, 0.02, 2e-9, 0].map((size) => placeOfGradient(size, 2).toFixed(2)),
    ["1.00", "0.75", "0.50", "0.00", "0.00"],
  );
});

test("sizes have two figures", () => {
  assert.deepEqual([0.020449, 0.00009123, 0, null].map(figures), ["0.02", "0.000091", "0", "–"]);
});

test("the numbers of the health are a line each", () => {
  const layer = {
    layer: "conv1",
    weight: 0.5,
    gradient: null,
    update: null,
    ratio: null,
    filter_ratios: [0.25, 0.5],
  };
  const clamped = [{ layer: "relu1", share: 0.75 }];
  const text = healthCsv([{ step: 7, images: 1000, findings: [], layers: [layer], clamped }]);
  assert.deepEqual(text.trim().split("\r\n"), [
    "step,layer,quantity,filter,value",
    "7,conv1,weight,,0.5",
    "7,conv1,gradient,,",
    "7,conv1,update,,",
    "7,conv1,ratio,,",
    "7,conv1,ratio,0,0.25",
    "7,conv1,ratio,1,0.5",
    "7,relu1,clamped,,0.75",
  ]);
});

test("the matrix is a table of its classes' names, however they are written", () => {
  const classes = [
    { index: 0, class: "a, b", count: 3, recall: 1, precision: 0.75 },
    { index: 1, class: 'c "d"', count: 1, recall: 0, precision: null },
  ];
  const matrix = [
    [3, 0],
    [1, 0],
  ];
  const text = answersCsv({ step: 7, count: 4, accuracy: 0.75, matrix, classes, mistakes: [] });
  assert.deepEqual(text.trim().split("\r\n"), [
    'true class,"a, b","c ""d""",recall',
    '"a, b",3,0,1',
    '"c ""d""",1,0,0',
    "precision,0.75,,",
  ]);
});
