import assert from "node:assert/strict";
import test from "node:test";
import { captionOf, fitsBeside } from "../../static/js/network/drawing/captions.js";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { DEFAULT, TINY_VGG } from "./layers.js";

const LETTER_PX = 6.4; // of the wide font that the page was looked at in

for (const [name, layers, input] of /** @type {const} */ ([
  ["the default network", DEFAULT, [1, 28, 28]],
  ["TinyVGG", TINY_VGG, [3, 64, 64]],
])) {
  for (const width of [560, 720, 904, 1065, 1500, 2100]) {
    test(`no caption of ${name} runs into the next one in a room of ${width}`, () => {
      const plan = layoutNetwork([...layers], [...input], { width, height: 450 });
      const heads = plan.columns.filter(({ above, role }) => !above && role !== "label");
      for (const [i, column] of heads.entries()) {
        const next = heads[i + 1]?.x ?? plan.answers?.x ?? plan.width;
        for (const line of captionOf(column, 1))
          assert.ok(
            column.x + line.length * LETTER_PX <= next,
            `${column.name}: ${line} up to ${next}`,
          );
      }
    });
  }
}

test("where there is room a column is described in full, with its layer's kind", () => {
  const { columns } = layoutNetwork([...DEFAULT], [1, 28, 28], { width: 2100, height: 900 });
  const conv2 = columns.find(({ name }) => name === "conv2");
  assert.ok(conv2);
  assert.deepEqual(captionOf(conv2, 1), ["16 filters of 72 weights", "→ 16 maps, 14×14"]);
  assert.ok(fitsBeside(conv2, "3×3 convolution", 1));
});
