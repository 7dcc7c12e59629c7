import assert from "node:assert/strict";
import test from "node:test";
import { blit, cellRect, fill, rim } from "../../static/js/shared/heatmap/raster.js";

/** @param {number} width @param {number} height */
const raster = (width, height) => ({ pixels: new Uint32Array(width * height), width, height });

/** @param {{pixels: Uint32Array, width: number, height: number}} r */
const rows = (r) =>
  Array.from({ length: r.height }, (_, y) =>
    [...r.pixels.subarray(y * r.width, (y + 1) * r.width)].join(""),
  );

test("two by two cells fill four by four pixels", () => {
  const r = raster(6, 6);
  blit(r, { x: 1, y: 1, width: 4, height: 4 }, Uint32Array.of(1, 2, 3, 4), 2, 2);
  assert.deepEqual(rows(r), ["000000", "011220", "011220", "033440", "033440", "000000"]);
});

test("a gap leaves a line between cells, and none at the edge", () => {
  const r = raster(5, 5);
  blit(r, { x: 0, y: 0, width: 5, height: 5 }, Uint32Array.of(1, 2, 3, 4), 2, 2, 1);
  assert.equal(rows(r)[0][4], "2");
  assert.ok(
    rows(r).some((row) => row === "00000"),
    "a line across",
  );
  assert.ok(
    rows(r).every((row) => row[2] === "0"),
    "a line down",
  );
});

test("cells that do not divide the pixels differ by at most one pixel", () => {
  const r = raster(10, 1);
  blit(r, { x: 0, y: 0, width: 10, height: 1 }, Uint32Array.of(1, 2, 3), 1, 3);
  assert.equal(rows(r)[0], "1112222333");
});

test("more cells than pixels still paints within the rectangle", () => {
  const r = raster(4, 4);
  blit(r, { x: 1, y: 1, width: 2, height: 2 }, new Uint32Array(25).fill(7), 5, 5);
  assert.deepEqual(rows(r), ["0000", "0770", "0770", "0000"]);
});

test("filling is cut at the raster's edge", () => {
  const r = raster(3, 3);
  fill(r, { x: -1, y: 1, width: 3, height: 9 }, 5);
  assert.deepEqual(rows(r), ["000", "550", "550"]);
});

test("a rim blends into the edge of a rectangle alone", () => {
  const raster = { pixels: new Uint32Array(36).fill(0xff000000), width: 6, height: 6 };
  rim(raster, { x: 1, y: 1, width: 4, height: 4 }, 1, 0xff0000ff, 0.5);
  const rows = Array.from({ length: 6 }, (_, y) =>
    [...raster.pixels.subarray(6 * y, 6 * y + 6)].map((p) => p & 255),
  );
  assert.deepEqual(rows[1], [0, 128, 128, 128, 128, 0]);
  assert.deepEqual(rows[2], [0, 128, 0, 0, 128, 0]);
  assert.deepEqual([rows[0], rows[5]], [new Array(6).fill(0), new Array(6).fill(0)]);
});

test("a cell's own rectangle is the pixels that it is painted on", () => {
  const raster = { pixels: new Uint32Array(400), width: 20, height: 20 };
  const rect = { x: 2, y: 3, width: 16, height: 11 };
  blit(
    raster,
    rect,
    Uint32Array.from({ length: 9 }, (_, i) => i + 1),
    3,
    3,
    1,
  );
  for (let i = 0; i < 9; i++) {
    const cell = cellRect(rect, 3, 3, Math.floor(i / 3), i % 3, 1);
    const inside = [];
    for (let y = cell.y; y < cell.y + cell.height; y++)
      inside.push(...raster.pixels.subarray(20 * y + cell.x, 20 * y + cell.x + cell.width));
    assert.ok(
      inside.every((pixel) => pixel === i + 1),
      `cell ${i}`,
    );
    assert.equal(raster.pixels.filter((pixel) => pixel === i + 1).length, inside.length);
  }
});
