import assert from "node:assert/strict";
import test from "node:test";
import {
  brokenColour,
  colourOf,
  divergingTable,
  fillMapTable,
  isLight,
  largest,
  pack,
  parseHex,
  unpack,
} from "../../static/js/shared/heatmap/colour.js";

const PAPER = "#fbfaf7";
const light = divergingTable("light", PAPER);
const dark = divergingTable("dark", "#15171b");
const paper = pack(...parseHex(PAPER));

test("zero is the paper's own colour in both themes", () => {
  assert.equal(colourOf(light, 0, 1), paper);
  assert.equal(colourOf(dark, 0, 1), pack(0x15, 0x17, 0x1b));
});

test("positive is blue and negative is orange", () => {
  for (const table of [light, dark]) {
    for (const value of [0.2, 0.6]) {
      const [r, , b] = unpack(colourOf(table, value, 1));
      assert.ok(b > r, `blue at ${value}`);
      const [nr, , nb] = unpack(colourOf(table, -value, 1));
      assert.ok(nr > nb, `orange at ${-value}`);
    }
  }
});

test("the scale is symmetric: as far from zero is as far along the table", () => {
  for (const value of [0.1, 0.5, 1]) {
    const up = light.indexOf(colourOf(light, value, 1)) - 255;
    const down = 255 - light.lastIndexOf(colourOf(light, -value, 1));
    assert.equal(up, down);
  }
});

test("values beyond the scale have its end's colour", () => {
  assert.equal(colourOf(light, 7, 1), light[510]);
  assert.equal(colourOf(light, -7, 1), light[0]);
});

test("lightness falls all the way from zero to each end in the light theme", () => {
  const sum = (/** @type {number} */ i) => unpack(light[i]).reduce((a, b) => a + b);
  for (let i = 256; i < 511; i++) assert.ok(sum(i) <= sum(i - 1));
  for (let i = 254; i >= 0; i--) assert.ok(sum(i) <= sum(i + 1));
});

test("a twentieth of the largest is told from zero in both themes", () => {
  for (const table of [light, dark]) {
    const zero = unpack(table[255]);
    for (const value of [0.05, -0.05]) {
      const far = unpack(colourOf(table, value, 1)).map((c, i) => Math.abs(c - zero[i]));
      assert.ok(Math.max(...far) >= 16, `${value}: ${far}`);
    }
  }
});

test("a constant map of zeros is neutral, and nothing is divided by zero", () => {
  assert.equal(colourOf(light, 0, 0), paper);
  const table = fillMapTable(new Uint32Array(256), light, 0, 0, 0);
  assert.ok(table.every((colour) => colour === paper));
});

test("a constant map of ones has one colour, that of one", () => {
  const table = fillMapTable(new Uint32Array(256), light, 1, 1, 1);
  assert.ok(table.every((colour) => colour === light[510]));
});

test("what is no number is painted as such, never as zero", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(colourOf(light, value, 1), brokenColour);
  }
});

test("the largest size ignores what is not finite", () => {
  assert.equal(largest([1, -3, Number.NaN, Number.POSITIVE_INFINITY], 0, 4), 3);
  assert.equal(largest([1, -3], 0, 1), 1);
});

test("dark text goes on light colours", () => {
  assert.ok(isLight(pack(255, 255, 255)));
  assert.ok(!isLight(pack(10, 50, 120)));
});
