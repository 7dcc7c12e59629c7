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
