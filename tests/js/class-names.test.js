import assert from "node:assert/strict";
import { test } from "node:test";
import { classRows, whyNotTogether } from "../../static/js/compare/class-rows.js";
import { differences } from "../../static/js/compare/differences.js";
import { recipeOf } from "../../static/js/network/training/draft-changes.js";
import { whyUntrainable } from "../../static/js/network/training/why-untrainable.js";

const NAMES = ["espresso", "cup"];
/** @param {object} [data] @param {object} [more] @returns {any} */
const run = (data, more) => ({
  classes: NAMES,
  trainable: false,
  problem: null,
  absent: null,
  network: null,
  learning_rate: 0.05,
  momentum: 0.9,
  weight_decay: 0,
  silenced: [],
  frozen: [],
  interventions: [],
  recipe: {
    network: { input: [1, 28, 28], layers: [] },
    data: { dataset: null, ...data },
    init: { type: "he_uniform" },
    optimizer: { type: "SGD", learning_rate: 0.05, momentum: 0.9 },
    batch_size: 32,
    seed: 0,
  },
  ...more,
});

test("why a run is not trained names what is missing: data, a file, or a class output", () => {
  assert.equal(whyUntrainable(run({}, { trainable: true })), null);
  assert.match(whyUntrainable(run()) ?? "", /no data set/);
  assert.match(whyUntrainable(run({}, { classes: [] })) ?? "", /no class output/);
  const absent = run({ dataset: "mnist" }, { absent: "The data set mnist is not here." });
  assert.equal(whyUntrainable(absent), "The data set mnist is not here.");
});

test("class scores lie side by side with a data set or without, of as many classes", () => {
  assert.equal(whyNotTogether(run(), run()), null);
  const three = run({}, { classes: ["a", "b", "c"] });
  assert.equal(whyNotTogether(run(), three), "A gives 2 class scores and B 3.");
  assert.equal(whyNotTogether(run({}, { classes: [] }), run()), "A has no class output.");
  const shapes = run({ dataset: "shapes" });
  assert.equal(
    whyNotTogether(run(), shapes),
    "A has no data set and B was trained on shapes: no picture fits both.",
  );
});

test("a class that has two names is called both", () => {
  assert.deepEqual(classRows(NAMES, ["espresso", "mug"]), ["espresso", "cup / mug"]);
});

test("data sets and given names are among what two runs differ in", () => {
  const named = run({ dataset: "shapes", classes: NAMES });
  assert.deepEqual(differences(run(), named), [
    "data none → shapes",
    "class names not given → espresso, cup",
  ]);
});

test("a new run of the sheet keeps the names, unless network or data set change", () => {
  const now = run({ dataset: "shapes", classes: NAMES });
  /** @type {any} */
  const draft = {
    network: "(its own)",
    dataset: "shapes",
    init: "zeros",
    optimizer: "SGD",
    preprocessing: "null",
  };
  assert.deepEqual(recipeOf(draft, now, undefined).data, { dataset: "shapes", classes: NAMES });
  const other = { ...draft, dataset: "mnist" };
  assert.deepEqual(recipeOf(other, now, undefined).data, { dataset: "mnist" });
});
