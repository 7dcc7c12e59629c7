import assert from "node:assert/strict";
import test from "node:test";
import { fieldOf, receptiveField } from "../../static/js/shared/receptive-field.js";
import { DEFAULT, LONE_CONV, TINY_VGG } from "./layers.js";

test("each layer of the default network sees as much as counting by hand gives", () => {
  const sizes = DEFAULT.slice(0, 6).map((_, i) => fieldOf(DEFAULT, i, 0)?.size);
  assert.deepEqual(sizes, [3, 3, 4, 8, 8, 10]);
});

test("TinyVGG's last convolution sees 14 pixels, two apart", () => {
  const field = fieldOf(TINY_VGG, 7, 0);
  assert.deepEqual([field?.size, field?.jump, field?.start], [14, 2, 0]);
});

test("without padding the first value sees the first pixels", () => {
  assert.deepEqual(receptiveField(LONE_CONV, 0, 0, 0, [1, 25, 25]), {
    x: 0,
    y: 0,
    width: 3,
    height: 3,
  });
  assert.deepEqual(receptiveField(LONE_CONV, 0, 22, 10, [1, 25, 25]), {
    x: 10,
    y: 22,
    width: 3,
    height: 3,
  });
});

test("with padding a field is cut at the picture's border", () => {
  assert.deepEqual(receptiveField(DEFAULT, 0, 0, 27, [1, 28, 28]), {
    x: 26,
    y: 0,
    width: 2,
    height: 2,
  });
  assert.deepEqual(receptiveField(DEFAULT, 3, 13, 7, [1, 28, 28]), {
    x: 11,
    y: 23,
    width: 8,
    height: 5,
  });
});

test("a fully connected layer sees everything", () => {
  assert.equal(fieldOf(DEFAULT, 7, 0), null);
  assert.deepEqual(receptiveField(DEFAULT, 7, 0, 3, [1, 28, 28]), {
    x: 0,
    y: 0,
    width: 28,
    height: 28,
  });
});

test("pairs, strides and dilation count along their own axis", () => {
  const layer = {
    ...LONE_CONV[0],
    arguments: { kernel_size: [3, 5], stride: [2, 1], padding: 0, dilation: [1, 2] },
  };
  assert.deepEqual(fieldOf([layer], 0, 0), { size: 3, jump: 2, start: 0 });
  assert.deepEqual(fieldOf([layer], 0, 1), { size: 9, jump: 1, start: 0 });
});
