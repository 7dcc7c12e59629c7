import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { decodeFrame, FrameError, keyOf } from "../../static/js/shared/frame.js";

/**
 * The values of a section as numbers; u8 is spread over its channel's range again.
 * @param {import("../../static/js/shared/frame.js").Section} section
 * @returns {Float32Array}
 */
function valuesOf(section) {
  if (!section.ranges) return /** @type {Float32Array} */ (section.values);
  const channel = section.values.length / section.shape[0];
  const values = new Float32Array(section.values.length);
  for (let i = 0; i < values.length; i++) {
    const c = Math.floor(i / channel);
    const lo = section.ranges[2 * c];
    const hi = section.ranges[2 * c + 1];
    values[i] = lo + (section.values[i] / 255) * (hi - lo);
  }
  return values;
}

const GOLDEN = new URL("../golden/", import.meta.url);

/** Bytes as FORMAT.md lays them out, written by hand and not by any encoder of ours.
 * @param {object[]} sections @param {number[]} payload bytes @param {{magic?: string, version?: number}} [wrong] */
function bytesOf(sections, payload, { magic = "CVSF", version = 2 } = {}) {
  let header = JSON.stringify({ run: "abc", step: 3, sections });
  header += " ".repeat((8 - (header.length % 8)) % 8);
  const buffer = Buffer.alloc(16 + header.length + payload.length);
  buffer.write(magic, 0, "ascii");
  buffer.writeUInt16LE(version, 4);
  buffer.writeUInt32LE(header.length, 8);
  buffer.writeUInt32LE(payload.length, 12);
  buffer.write(header, 16, "utf8");
  Buffer.from(payload).copy(buffer, 16 + header.length);
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length);
}

// 1.0 and −2.0 as little-endian float32
const TWO_FLOATS = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];
const weight = {
  layer: "c",
  tensor: "weight",
  of: "value",
  shape: [1, 1, 1, 2],
  dtype: "f32",
  offset: 0,
  length: 8,
};
// the range −1 … 3, then the bytes 0, 255, 51, 102
const MAP = [0, 0, 0x80, 0xbf, 0, 0, 0x40, 0x40, 0, 255, 51, 102, 0, 0, 0, 0];
const map = {
  layer: "c",
  tensor: "output",
  of: "value",
  shape: [1, 2, 2],
  dtype: "u8",
  offset: 0,
  length: 12,
};

test("float32 values are read exactly, as a view", () => {
  const buffer = bytesOf([weight], TWO_FLOATS);
  const { header, sections } = decodeFrame(buffer);
  assert.equal(header.step, 3);
  const section = sections.get(keyOf("c", "weight"));
  assert.deepEqual([.../** @type {any} */ (section).values], [1, -2]);
  assert.equal(section?.values.buffer, buffer);
});

test("bytes of a map are spread over its range again", () => {
  const section = decodeFrame(bytesOf([map], MAP)).sections.get(keyOf("c", "output"));
  assert.ok(section);
  const values = [...valuesOf(section)].map((v) => Number(v.toFixed(5)));
  assert.deepEqual(values, [-1, 3, -0.2, 0.6]);
});

test("a map of NaN keeps its range of NaN", () => {
  const nan = [0, 0, 0xc0, 0x7f];
  const section = decodeFrame(bytesOf([map], [...nan, ...nan, ...MAP.slice(8)])).sections.get(
    keyOf("c", "output"),
  );
  assert.ok(section?.ranges && Number.isNaN(section.ranges[0]));
  assert.ok(valuesOf(section).every(Number.isNaN));
});

/** @param {ArrayBuffer} bytes @param {RegExp} sentence */
const refuses = (bytes, sentence) =>
  assert.throws(
    () => decodeFrame(bytes),
    (error) => error instanceof FrameError && sentence.test(error.message),
  );

test("another magic is refused", () =>
  refuses(bytesOf([], [], { magic: "CVSX" }), /not a Convscope frame/));

test("another version is refused, and both are named", () =>
  refuses(bytesOf([], [], { version: 1 }), /version 1 arrived; this page reads version 2/));

test("a section that extends beyond the payload is refused", () => {
  refuses(bytesOf([{ ...weight, offset: 8 }], TWO_FLOATS), /extends beyond the payload/);
  refuses(bytesOf([{ ...weight, offset: -8 }], TWO_FLOATS), /extends beyond the payload/);
});

test("a section whose length is not that of its shape is refused", () =>
  refuses(bytesOf([{ ...weight, shape: [1, 1, 1, 1] }], TWO_FLOATS), /has 8 bytes, expected 4/));

test("a section that begins between multiples of eight is refused", () =>
  refuses(
    bytesOf([{ ...weight, offset: 4, shape: [1, 1, 1, 1], length: 4 }], TWO_FLOATS),
    /multiple of 8/,
  ));

test("an unknown type of values is refused", () =>
  refuses(bytesOf([{ ...weight, dtype: "f16" }], TWO_FLOATS), /unknown type, f16/));

test("a frame that was cut off is refused", () => {
  refuses(bytesOf([weight], TWO_FLOATS).slice(0, -1), /arrived/);
  refuses(new ArrayBuffer(5), /too short/);
});

/** @param {number | null} value @param {number} got */
const same = (value, got) =>
  value === null
    ? !Number.isFinite(got)
    : Math.abs(value - got) <= 1e-5 * Math.max(1, Math.abs(value));

test("the golden frame decodes to what Python says it holds", {
  skip: !existsSync(GOLDEN) && "made by the Python tests",
}, () => {
  const file = readFileSync(new URL("frame-v2.bin", GOLDEN));
  const expected = JSON.parse(readFileSync(new URL("frame-v2.json", GOLDEN), "utf8"));
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
  const { header, sections } = decodeFrame(/** @type {ArrayBuffer} */ (bytes));
  assert.equal(header.step, expected.header.step);
  assert.deepEqual(header.history, expected.header.history);
  assert.equal(sections.size, expected.sections.length);
  for (const { layer, tensor, of, values } of expected.sections) {
    const section = sections.get(keyOf(layer, tensor, of));
    assert.ok(section, `${layer}.${tensor} is there`);
    const got = valuesOf(section);
    assert.equal(got.length, values.length);
    assert.ok(
      values.every((/** @type {any} */ v, /** @type {number} */ i) => same(v, got[i])),
      `${layer}.${tensor}`,
    );
  }
});
