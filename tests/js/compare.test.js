import assert from "node:assert/strict";
import test from "node:test";
import { commonPast, differences } from "../../static/js/compare/differences.js";
import { indexOf, placeOf, sizeOf, tile, weightAt } from "../../static/js/compare/kernel-layout.js";
import { parseNpy } from "../../static/js/shared/npy.js";

const conv = { type: "Conv2d", out_channels: 8, kernel_size: [3, 3] };
const sgd = { type: "SGD", learning_rate: 0.05, momentum: 0.9, weight_decay: 0, nesterov: false };
/** @param {object} [recipe] @param {object} [live] @returns {any} */
const run = (recipe, live) => ({
  network: "default",
  learning_rate: 0.05,
  momentum: 0.9,
  weight_decay: 0,
  silenced: [],
  frozen: [],
  interventions: [],
  steps: 200,
  recipe: {
    network: { input: [1, 28, 28], layers: [conv, { type: "ReLU" }] },
    data: { dataset: "fashion-mnist-10k" },
    init: { type: "he_uniform", std: 0.05, bound: 0.05, run: null },
    optimizer: sgd,
    batch_size: 32,
    seed: 0,
    ...recipe,
  },
  ...live,
});

test("the same recipe differs in nothing", () => {
  assert.deepEqual(differences(run(), run()), []);
});

test("settings differ in words, those that were changed while it trained too", () => {
  assert.deepEqual(differences(run(), run({ seed: 7, batch_size: 8 }, { learning_rate: 0.01 })), [
    "learning rate 0.05 → 0.01",
    "batch size 32 → 8",
    "seed 0 → 7",
  ]);
});

test("another optimiser is named, with what both have", () => {
  const adam = {
    type: "Adam",
    learning_rate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    weight_decay: 0,
  };
  const other = run({ optimizer: adam }, { learning_rate: 0.001, momentum: null });
  assert.deepEqual(differences(run(), other), [
    "optimiser SGD → Adam",
    "learning rate 0.05 → 0.001",
  ]);
});

test("networks differ by the layer and what of it", () => {
  const wide = { input: [1, 28, 28], layers: [{ ...conv, kernel_size: [5, 5] }, { type: "Tanh" }] };
  assert.deepEqual(differences(run(), run({ network: wide }, { network: null })), [
    "network default → its own",
    "layer 1 (Conv2d), kernel size 3×3 → 5×5",
    "layer 2 ReLU → Tanh",
  ]);
  const short = { input: [3, 28, 28], layers: [conv] };
  assert.deepEqual(differences(run(), run({ network: short })), [
    "input 1×28×28 → 3×28×28",
    "2 layers → 1",
  ]);
});

test("a number that an initialisation does not use is no difference, and one that it uses is", () => {
  const other = run({ init: { type: "he_uniform", std: 0.5, bound: 0.5, run: null } });
  assert.deepEqual(differences(run(), other), []);
  const normal = (/** @type {number} */ std) => run({ init: { type: "normal", std, bound: 0 } });
  assert.deepEqual(differences(normal(0.1), normal(0.2)), [
    "first weights normal 0.1 → normal 0.2",
  ]);
});

test("a filter silenced in one only is a difference", () => {
  const silenced = run({}, { silenced: [{ layer: "conv1", filter: 3 }] });
  assert.deepEqual(differences(silenced, run()), ["conv1, filter 3 is silenced in A only"]);
  assert.deepEqual(differences(silenced, silenced), []);
});

test("numpy's file gives its shape and its numbers", () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  const text = `${header.padEnd(128 - 10 - 1)}\n`;
  const bytes = new Uint8Array(128 + 24);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0]);
  bytes.set(new TextEncoder().encode(text), 10);
  new Float32Array(bytes.buffer, 128).set([1, 2, 3, 4, 5, -6]);
  const { shape, values } = parseNpy(bytes.buffer);
  assert.deepEqual(shape, [2, 3]);
  assert.deepEqual([...values], [1, 2, 3, 4, 5, -6]);
  bytes.set(new TextEncoder().encode(text.replace("<f4", "<f8")), 10);
  assert.throws(() => parseNpy(bytes.buffer), /float32/);
});

test("a linear layer's weights stand as the maps that were flattened", () => {
  assert.deepEqual(sizeOf([10, 784], [16, 7, 7]), { filters: 10, channels: 16, rows: 7, cols: 7 });
  assert.deepEqual(sizeOf([10, 20], null), { filters: 10, channels: 1, rows: 1, cols: 20 });
  assert.deepEqual(sizeOf([8, 1, 3, 5], null), { filters: 8, channels: 1, rows: 3, cols: 5 });
});

for (const shape of [
  [8, 1, 3, 3],
  [16, 8, 3, 3],
  [512, 512, 3, 3],
  [12, 3, 7, 7],
  [10, 5000],
]) {
  test(`every weight shown of ${shape.join(" × ")} lies where its place says`, () => {
    const size = sizeOf(shape, null);
    const tiling = tile(size, 380);
    assert.ok(tiling.cell >= 1);
    if (size.cols <= 380) assert.ok(tiling.width <= 380);
    assert.equal(tiling.notes.length > 0, shape[0] > 64 || tiling.perFilter < size.channels);
    for (const [filter, channel] of [
      [0, 0],
      [tiling.shown - 1, tiling.perFilter - 1],
    ]) {
      const { x, y } = placeOf(tiling, size, filter, channel);
      const [row, col] = [size.rows - 1, size.cols - 1];
      const found = weightAt(
        tiling,
        size,
        x + (col + 0.5) * tiling.cell,
        y + (row + 0.5) * tiling.cell,
      );
      assert.deepEqual(found, { filter, channel, row, col });
    }
    assert.equal(weightAt(tiling, size, -1, 0), null);
    assert.equal(weightAt(tiling, size, 0, tiling.height + 9), null);
  });
}

test("a weight's index is its place in torch's order", () => {
  const size = sizeOf([4, 3, 2, 5], null);
  assert.equal(indexOf(size, { filter: 0, channel: 0, row: 0, col: 0 }), 0);
  assert.equal(indexOf(size, { filter: 2, channel: 1, row: 1, col: 3 }), 2 * 30 + 10 + 5 + 3);
});

/** @param {[number, string, number?][]} done at which step, what, and which that undoes @returns {any} */
const changes = (done) =>
  done.map(([step, says, undoes = null], i) => ({ id: i + 1, step, says, undoes }));

test("weights that were changed by hand in one of the two are differences", () => {
  const both = /** @type {[number, string]} */ ([5, "conv1, filter 0, kernel 0: filled with blur"]);
  const a = run({}, { interventions: changes([both, [9, "conv2, filter 3: silenced"]]) });
  const set = /** @type {[number, string]} */ ([8, "conv1, bias [0]: -0.1 became 2"]);
  const b = run({}, { interventions: changes([both, set]) });
  assert.deepEqual(differences(a, b), ["conv1, bias [0]: −0.1 became 2 (in B only, at step 8)"]);
  const undone = changes([both, set, [9, "undone", 2]]);
  assert.deepEqual(differences(a, run({}, { interventions: undone })), []);
});

test("a past in common ends at a change by hand that only one has", () => {
  const edited = (/** @type {number} */ step) =>
    run({}, { interventions: changes([[step, "conv1, bias [0]: 0.1 became 2"]]) });
  assert.equal(commonPast(run(), run(), 120), "They are identical up to step 120.");
  assert.equal(commonPast(run(), edited(130), 120), "They are identical up to step 120.");
  assert.equal(commonPast(edited(50), edited(50), 120), "They are identical up to step 120.");
  const short = run({}, { steps: 30 });
  assert.equal(commonPast(short, run(), 120), "They are identical up to step 30.");
  assert.equal(
    commonPast(run(), edited(120), 120),
    "They are identical up to step 119: at step 120 B was changed by hand.",
  );
  assert.equal(commonPast(edited(0), run(), 120), "At step 0 A was changed by hand.");
});
