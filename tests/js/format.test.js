import assert from "node:assert/strict";
import test from "node:test";
import {
  count,
  figuresFor,
  inFigures,
  loss,
  percent,
  plural,
  powerText,
  rate,
  shape,
  short,
  signed,
} from "../../static/js/shared/format.js";

test("numbers keep two to three significant digits", () => {
  const cases = /** @type {[number, string][]} */ ([
    [0, "0"],
    [0.1234, "0.123"],
    [-0.1234, "−0.123"],
    [1.256, "1.26"],
    [12.34, "12.3"],
    [123.4, "123"],
    [0.0123, "0.012"],
    [0.00123, "0.0012"],
    [0.000123, "1.2e−4"],
    [-2.5e-7, "−2.5e−7"],
    [9.999, "10.0"],
    [1e30, "1.0e30"],
  ]);
  for (const [value, text] of cases) assert.equal(short(value), text);
});

test("no number takes more than eight characters", () => {
  for (let e = -12; e < 9; e++) {
    for (const m of [1, -1, 5.55, -9.99, 9.996])
      assert.ok(short(m * 10 ** e).length <= 8, short(m * 10 ** e));
  }
});

test("what is not there is a dash", () => {
  for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.deepEqual(
      [short(value), percent(value), loss(value), count(value)],
      ["–", "–", "–", "–"],
    );
  }
});

test("signs, shares, losses and counts read as people write them", () => {
  assert.equal(signed(0.5), "+0.500");
  assert.equal(signed(-0.5), "−0.500");
  assert.equal(percent(0.8126), "81.3%");
  assert.equal(percent(1, 0), "100%");
  assert.equal(loss(Math.LN10), "2.303");
  assert.equal(count(1234567), "1,234,567");
  assert.equal(shape([8, 28, 28]), "8×28×28");
  assert.equal(plural(1, "kernel"), "1 kernel");
  assert.equal(plural(8, "kernel"), "8 kernels");
  assert.equal(rate(0.05), "0.05");
  assert.equal(rate(1e30), "1e30");
});

test("numbers of one table share a power of ten, and fit six characters", () => {
  const write = (/** @type {number} */ value, /** @type {number} */ limit) =>
    inFigures(value, figuresFor(limit));
  assert.deepEqual(
    [write(-0.28, 0.284), write(1.5, 2), write(-12, 30)],
    ["−0.280", "1.50", "−12.0"],
  );
  assert.deepEqual([write(-4.4e-5, 4.2e-3), powerText(figuresFor(4.2e-3))], ["−0.04", "×10⁻³"]);
  assert.deepEqual([write(5e29, 1e30), powerText(figuresFor(1e30))], ["0.50", "×10³⁰"]);
  assert.equal(write(-1e-9, 0.5), "0.000");
  assert.equal(write(Number.NaN, 0.5), "–");
  for (let e = -12; e < 12; e++) {
    for (const limit of [1, 4, 9.9949, 9.999]) {
      const size = limit * 10 ** e;
      assert.ok(write(-size, size).length <= 6, `${size}: ${write(-size, size)}`);
    }
  }
});
