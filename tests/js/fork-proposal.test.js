import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addToProposal,
  forkBody,
  proposedChanges,
} from "../../static/js/network/timeline/fork-proposal.js";

const SILENCE = { type: "silence", layer: "conv2", filter: 3, on: true };

test("changes gather in one proposal, and a setting counts as last given", () => {
  let proposal = addToProposal(null, { settings: { learning_rate: 0.1, momentum: 0 } });
  proposal = addToProposal(proposal, { settings: { learning_rate: 0.01 } });
  proposal = addToProposal(proposal, { change: SILENCE });
  assert.deepEqual(forkBody(proposal, 137), {
    step: 137,
    recipe: { optimizer: { learning_rate: 0.01, momentum: 0 } },
    interventions: [SILENCE],
  });
  assert.equal(proposal.go, null);
  assert.equal(addToProposal(proposal, { go: "play" }).go, "play");
});

test("of a number that is dragged the last value counts", () => {
  const set = (/** @type {number} */ value, at = 0) => ({
    change: { type: "set", layer: "conv1", tensor: "weight", index: [at, 0, 1, 1], value },
  });
  const parts = [set(1), set(2), { change: SILENCE }, set(3), set(4), set(5, 1)];
  let proposal = addToProposal(null, {});
  for (const part of parts) proposal = addToProposal(proposal, part);
  assert.deepEqual(
    proposal.changes.map((change) => change.value),
    [2, undefined, 4, 5],
  );
});

test("a fork without changes leaves the recipe as it is", () => {
  assert.deepEqual(forkBody(addToProposal(null, { go: "step" }), null), {
    step: null,
    recipe: {},
    interventions: [],
  });
});

test("each change is said in words", () => {
  const settings = { learning_rate: 0.01 };
  const changes = [
    SILENCE,
    { type: "freeze", layer: "conv1", filter: 0, on: false },
    { type: "fill", layer: "conv1", filter: 2, channel: null, with: "blur" },
    { type: "set", layer: "conv1", tensor: "weight", index: [4, 0, 1, 1], value: 0.5 },
    { type: "undo" },
  ];
  const proposal = changes.reduce(
    (so, change) => addToProposal(so, { change }),
    addToProposal(null, { settings }),
  );
  assert.deepEqual(proposedChanges(proposal), [
    "learning rate 0.01",
    "conv2, filter 3 silenced",
    "conv1, filter 0 no longer frozen",
    "conv1, filter 2 filled",
    "conv1, filter 4: one number set to 0.5",
    "the last change undone",
  ]);
});
