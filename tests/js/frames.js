/** Frames made by hand, already decoded. */
import { keyOf } from "../../static/js/shared/frame.js";

export const inputShape = [1, 28, 28];

/**
 * A section is `[layer, "weight gradient", shape, values, ranges]`.
 * @param {[string, string, number[], Float32Array | Uint8Array, number[]?][]} sections
 * @returns {import("../../static/js/shared/frame.js").Frame}
 */
export function frameOf(sections) {
  const made = sections.map(([layer, name, shape, values, ranges]) => ({
    layer,
    tensor: name.split(" ")[0],
    of: name.split(" ")[1] ?? "value",
    shape,
    values,
    dtype: /** @type {"u8" | "f32"} */ (ranges ? "u8" : "f32"),
    ranges: ranges ? Float32Array.from(ranges) : null,
  }));
  return {
    header: /** @type {any} */ ({ run: "abc", step: 1 }),
    sections: new Map(
      made.map((section) => [keyOf(section.layer, section.tensor, section.of), section]),
    ),
  };
}
