import assert from "node:assert/strict";
import test from "node:test";
import { AXES, nestedText, permute } from "../../static/js/network/code/axes.js";

test("Keras's order has the same numbers in other places", () => {
  const shape = [2, 3, 2, 2]; // (out, in, kh, kw)
  const values = Float32Array.from({ length: 24 }, (_, i) => i);
  const keras = permute(values, shape, "keras");
  assert.deepEqual(keras.shape, [2, 2, 3, 2]);
  for (let o = 0; o < 2; o++)
    for (let i = 0; i < 3; i++)
      for (let y = 0; y < 2; y++)
        for (let x = 0; x < 2; x++) {
          const torch = values[((o * 3 + i) * 2 + y) * 2 + x];
          assert.equal(keras.values[((y * 2 + x) * 3 + i) * 2 + o], torch);
        }
  assert.equal(permute(values, shape, "torch").values, values);
});

test("the well-known Keras layer is (3, 3, 1, 12)", () => {
  const keras = permute(new Float32Array(108), [12, 1, 3, 3], "keras");
  assert.deepEqual(keras.shape, [3, 3, 1, 12]);
  assert.deepEqual(
    AXES[4].keras.map(([name]) => name),
    ["kh", "kw", "in", "out"],
  );
});

test("numbers are nested as numpy prints them, and cut where there are too many", () => {
  const values = [1, -2, 3, 4];
  assert.equal(nestedText(values, [2, 2], 10), "[[  1.0000  −2.0000]\n [  3.0000   4.0000]]");
  assert.equal(nestedText(values, [2, 2], 2), "[[  1.0000  −2.0000]\n …]");
});
