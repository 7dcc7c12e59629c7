/**
 * Reads frames, version 2; the format is written down in app/convscope/frames/FORMAT.md. No I/O.
 *
 * @typedef {object} Section
 * @property {string} layer "" for the input
 * @property {string} tensor `weight` or `bias`; `output`, a layer's maps; `input`
 * @property {string} of `value`, `gradient` or `update`
 * @property {number[]} shape
 * @property {"f32" | "u8"} dtype
 * @property {string} [probe] the image that the values belong to
 * @property {number[]} [first] where a window of a large tensor begins; absent: it is whole
 * @property {Float32Array | Uint8Array} values a view into the frame, row-major
 * @property {Float32Array | null} ranges for u8: lowest and highest value of each channel
 *
 * @typedef {import("./types.js").Answer<"get", "/runs/{run_id}/history">} History
 *
 * @typedef {object} FrameHeader
 * @property {string} run
 * @property {number} restarts how often it was reset
 * @property {number} step
 * @property {number} seq
 * @property {string} reason
 * @property {import("./types.js").RunState} state
 * @property {Record<string, any> | null} [loop] how the training loop of an observed run goes
 * @property {number | null} loss
 * @property {number | null} accuracy
 * @property {number | null} held_out_accuracy
 * @property {number | null} held_out_step
 * @property {number | null} [held_out_balanced_accuracy] where sizes of classes differ
 * @property {number | null} images_per_second
 * @property {number} learning_rate
 * @property {number | null} momentum
 * @property {number} weight_decay
 * @property {string | null} [recomputed] why the last digits may differ
 * @property {import("./types.js").Run["silenced"]} [silenced] of a past step
 * @property {import("./types.js").Run["frozen"]} [frozen] of a past step
 * @property {number} time server's clock, Unix seconds, at which the step ended
 * @property {History} history what happened since the viewer's last frame
 * @property {import("./types.js").Predictions | null} predictions
 *
 * @typedef {object} Frame
 * @property {FrameHeader} header
 * @property {Map<string, Section>} sections by `keyOf(layer, tensor, of)`
 */

const MAGIC = 0x46535643; // "CVSF", little-endian
const VERSION = 2;
const PREFIX_BYTES = 16;

/** A frame that cannot be read; the message is a sentence for the page. */
export class FrameError extends Error {}

/** @param {string} layer @param {string} tensor @param {string} [of] */
export const keyOf = (layer, tensor, of = "value") => `${layer}/${tensor}/${of}`;

/** @param {boolean} ok @param {string} sentence */
function expect(ok, sentence) {
  if (!ok) throw new FrameError(sentence);
}

/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((product, side) => product * side, 1);

/**
 * Views one section's values without copying them.
 * @param {ArrayBuffer} buffer @param {number} payloadAt @param {number} payloadBytes
 * @param {any} entry the section's entry in the header
 * @returns {Section}
 */
function readSection(buffer, payloadAt, payloadBytes, entry) {
  const { layer, tensor, of, shape, dtype, offset, length, probe, first } = entry;
  const name = keyOf(layer, tensor, of);
  const inside = offset >= 0 && length >= 0 && offset + length <= payloadBytes;
  expect(inside, `Section ${name} extends beyond the payload of ${payloadBytes} bytes.`);
  expect(offset % 8 === 0, `Section ${name} begins at ${offset}, not at a multiple of 8.`);
  expect(dtype === "f32" || dtype === "u8", `Section ${name} has an unknown type, ${dtype}.`);
  const rangeBytes = dtype === "u8" ? 8 * shape[0] : 0;
  const expected = rangeBytes + sizeOf(shape) * (dtype === "u8" ? 1 : 4);
  expect(length === expected, `Section ${name} has ${length} bytes, expected ${expected}.`);
  const at = payloadAt + offset;
  const ranges = dtype === "u8" ? new Float32Array(buffer, at, 2 * shape[0]) : null;
  const values =
    dtype === "u8"
      ? new Uint8Array(buffer, at + rangeBytes, sizeOf(shape))
      : new Float32Array(buffer, at, sizeOf(shape));
  return { layer, tensor, of, shape, dtype, probe, first, values, ranges };
}

/**
 * Checks the sixteen bytes before the header.
 * @param {ArrayBuffer} buffer
 * @returns {{headerBytes: number, payloadBytes: number}}
 */
function readPrefix(buffer) {
  expect(buffer.byteLength >= PREFIX_BYTES, `A frame of ${buffer.byteLength} bytes is too short.`);
  const view = new DataView(buffer);
  expect(view.getUint32(0, true) === MAGIC, "These bytes are not a Convscope frame.");
  const version = view.getUint16(4, true);
  expect(
    version === VERSION,
    `A frame of version ${version} arrived; this page reads version ${VERSION}.`,
  );
  const headerBytes = view.getUint32(8, true);
  const payloadBytes = view.getUint32(12, true);
  expect(headerBytes % 8 === 0, `The header's length, ${headerBytes}, is not a multiple of 8.`);
  expect(
    PREFIX_BYTES + headerBytes + payloadBytes <= buffer.byteLength,
    `A frame declares ${headerBytes + payloadBytes} bytes, but ${buffer.byteLength - PREFIX_BYTES} arrived.`,
  );
  return { headerBytes, payloadBytes };
}

/**
 * Decodes one frame; the sections are views into `buffer`.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 * @throws {FrameError} where the bytes are not a frame of version 2
 */
export function decodeFrame(buffer) {
  const { headerBytes, payloadBytes } = readPrefix(buffer);
  const text = new TextDecoder().decode(new Uint8Array(buffer, PREFIX_BYTES, headerBytes));
  const header = JSON.parse(text);
  /** @type {Map<string, Section>} */
  const sections = new Map();
  for (const entry of header.sections) {
    const section = readSection(buffer, PREFIX_BYTES + headerBytes, payloadBytes, entry);
    sections.set(keyOf(section.layer, section.tensor, section.of), section);
  }
  return { header, sections };
}
