/** Frames made by hand, already decoded. */

export const inputShape = [1, 28, 28];

/**
 * @param {[string, string, number[], Float32Array | Uint8Array, number[]?][]} sections
 * @returns {import("../../static/js/shared/frame.js").Frame}
 */
export function frameOf(sections) {
  const made = sections.map(([layer, kind, shape, values, ranges]) => ({
    layer,
    kind,
    shape,
    values,
    dtype: /** @type {"u8" | "f32"} */ (ranges ? "u8" : "f32"),
    ranges: ranges ? Float32Array.from(ranges) : null,
  }));
  return {
    header: /** @type {any} */ ({ run: "abc", step: 1 }),
    sections: new Map(made.map((section) => [`${section.layer}/${section.kind}`, section])),
  };
}
