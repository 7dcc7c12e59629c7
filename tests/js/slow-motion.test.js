import assert from "node:assert/strict";
import test from "node:test";
import {
  atPhase,
  kindAt,
  probabilitiesOf,
  replayOf,
  shownFrame,
} from "../../static/js/network/slow-motion/phases.js";
import { keyOf } from "../../static/js/shared/frame.js";
import { frameOf } from "./frames.js";

/** @param {string} phase @param {string | null} layer */
const phaseOf = (phase, layer) => ({ phase, layer, says: "", numbers: {} });

const frame = frameOf([
  ["", "input", [1, 1, 1], Uint8Array.of(1), [0, 1]],
  ["conv1", "output", [1, 1, 1], Uint8Array.of(7), [0, 1]],
  ["conv1", "output gradient", [1, 1, 1], Uint8Array.of(9), [-1, 1]],
  ["conv1", "weight", [1, 1, 1, 1], Float32Array.of(1)],
  ["conv1", "weight gradient", [1, 1, 1, 1], Float32Array.of(2)],
  ["conv1", "weight update", [1, 1, 1, 1], Float32Array.of(3)],
  ["linear1", "output", [1, 1, 2], Uint8Array.of(0, 255), [0, Math.log(3)]],
]);
Object.assign(frame.header, {
  step: 5,
  loss: 1,
  batch_size: 32,
  example: { index: 0, label: 1, class: "Bag", probabilities: [0.25, 0.75] },
  phases: [
    phaseOf("batch", null),
    phaseOf("forward", "conv1"),
    phaseOf("forward", "linear1"),
    phaseOf("loss", null),
    phaseOf("backward", "linear1"),
    phaseOf("backward", "conv1"),
    phaseOf("update", null),
  ],
});
const replay = replayOf(frame);

/** @param {number} at @param {string} key */
const shown = (at, key) => shownFrame(atPhase(replay, at)).sections.get(key)?.values[0];

test("a map is shown once its layer has run, and its gradient once it has run backward", () => {
  assert.equal(shown(0, keyOf("conv1", "output")), undefined);
  assert.equal(shown(1, keyOf("conv1", "output")), 7);
  assert.equal(shown(4, keyOf("conv1", "output")), 7);
  assert.equal(shown(5, keyOf("conv1", "output")), 9);
});

test("kernels show weights forward, gradients backward, updates at the end", () => {
  assert.deepEqual(
    [0, 3, 4, 6].map((at) => kindAt(atPhase(replay, at))),
    ["weight", "weight", "gradient", "update"],
  );
  assert.equal(shown(4, keyOf("conv1", "weight", "gradient")), undefined);
  assert.equal(shown(5, keyOf("conv1", "weight", "gradient")), 2);
  assert.equal(shown(5, keyOf("conv1", "weight", "update")), undefined);
  assert.equal(shown(6, keyOf("conv1", "weight", "update")), 3);
});

test("a phase outside is the first or the last", () => {
  assert.equal(atPhase(replay, -1).at, 0);
  assert.equal(atPhase(replay, 99).at, 6);
});

test("the picture's probabilities are there once the last layer has answered", () => {
  assert.equal(probabilitiesOf(atPhase(replay, 1), "linear1"), null);
  assert.deepEqual(probabilitiesOf(atPhase(replay, 2), "linear1"), [0.25, 0.75]);
});
