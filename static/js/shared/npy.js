/** What numpy writes: a float32 array with its shape. */

const HEADER_LENGTH_AT = 8;

/**
 * @param {ArrayBuffer} bytes a `.npy` of version 1, little-endian float32, row-major
 * @returns {{shape: number[], values: Float32Array}}
 */
export function parseNpy(bytes) {
  const length = new DataView(bytes).getUint16(HEADER_LENGTH_AT, true);
  const from = HEADER_LENGTH_AT + 2;
  const header = new TextDecoder().decode(new Uint8Array(bytes, from, length));
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (shape === undefined || !header.includes("'<f4'") || header.includes("'fortran_order': True"))
    throw new Error("Expected an array of float32 numbers.");
  const sizes = shape.split(",").filter((part) => part.trim());
  return { shape: sizes.map(Number), values: new Float32Array(bytes, from + length) };
}
