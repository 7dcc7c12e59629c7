import assert from "node:assert/strict";
import test from "node:test";
import {
  changedFields,
  forkRecipe,
  offerOf,
  recipeOf,
  withModel,
} from "../../static/js/network/training/draft-changes.js";
import { draftOf, OWN_NETWORK } from "../../static/js/network/training/recipe-draft.js";

const run = /** @type {any} */ ({
  network: "default",
  learning_rate: 0.02,
  momentum: 0.8,
  recipe: {
    network: { input: [1, 28, 28], layers: [] },
    data: { dataset: "fashion-mnist-10k" },
    init: { type: "normal", std: 0.1 },
    optimizer: {
      type: "SGD",
      learning_rate: 0.05,
      momentum: 0.9,
      weight_decay: 0,
      nesterov: false,
    },
    batch_size: 32,
    seed: 0,
  },
});
const tiny = /** @type {any} */ ({
  name: "tinyvgg",
  recipe: {
    data: { dataset: "shapes" },
    optimizer: { type: "Adam", learning_rate: 0.001 },
    batch_size: 16,
  },
});

test("an untouched draft differs in nothing", () => {
  assert.deepEqual(changedFields(draftOf(run), draftOf(run)), []);
});

test("another seed keeps the rest, with the learning rate that it has now", () => {
  const draft = { ...draftOf(run), seed: 7 };
  assert.deepEqual(changedFields(draft, draftOf(run)), ["seed"]);
  const recipe = recipeOf(draft, run, undefined);
  assert.equal(recipe.seed, 7);
  assert.equal(recipe.network, "default");
  assert.deepEqual(recipe.init, { type: "normal", std: 0.1 });
  assert.deepEqual([recipe.optimizer.learning_rate, recipe.optimizer.momentum], [0.02, 0.8]);
});

test("classes are drawn evenly where that is asked for, of the same data or of other", () => {
  const draft = { ...draftOf(run), balanced: true };
  assert.deepEqual(changedFields(draft, draftOf(run)), ["balanced"]);
  const { data } = recipeOf(draft, run, undefined);
  assert.deepEqual(data, { dataset: "fashion-mnist-10k", balanced: true });
  const other = recipeOf({ ...draft, dataset: "mnist" }, run, undefined);
  assert.deepEqual(other.data, { dataset: "mnist", balanced: true });
  const preprocessing = { mean: 0.5 };
  const even = { ...run, recipe: { ...run.recipe, data: { ...data, preprocessing } } };
  assert.equal(draftOf(even).balanced, true);
  const again = recipeOf({ ...draftOf(even), balanced: false }, even, undefined);
  assert.deepEqual(again.data, { dataset: "fashion-mnist-10k", preprocessing });
  assert.equal(forkRecipe(draft, ["balanced"]), null);
});

test("how pixels enter is sent as it is shown, and taken away where it goes on by itself", () => {
  const how = { scale: 1 / 255, mean: 0.5, std: 0.5 };
  const draft = { ...draftOf(run), preprocessing: JSON.stringify(how) };
  assert.deepEqual(changedFields(draft, draftOf(run)), ["preprocessing"]);
  assert.deepEqual(recipeOf(draft, run, undefined).data.preprocessing, how);
  assert.equal(forkRecipe(draft, ["preprocessing"]), null);
  const data = { ...run.recipe.data, preprocessing: how };
  const entered = { ...run, recipe: { ...run.recipe, data } };
  assert.deepEqual(recipeOf(draftOf(entered), entered, undefined).data, data);
  const without = { ...draftOf(entered), preprocessing: "null" };
  assert.equal(recipeOf(without, entered, undefined).data.preprocessing, null);
  assert.equal("preprocessing" in recipeOf(draftOf(run), run, undefined).data, false);
});

test("another optimiser begins with its own settings", () => {
  const recipe = recipeOf({ ...draftOf(run), optimizer: "Adam" }, run, undefined);
  assert.deepEqual(recipe.optimizer, { type: "Adam" });
});

test("a network that fits a data set is asked for whole, with the recipe's own settings", () => {
  const set = /** @type {any} */ ({ id: "leaves-1", title: "Leaves", shape: [3, 64, 64] });
  const network = { input: [3, 64, 64], layers: [{ type: "Flatten" }] };
  const optimizer = { type: "SGD", learning_rate: 0.01 };
  const offer = offerOf(set, {
    network,
    data: { dataset: set.id },
    optimizer,
    batch_size: 6,
  });
  const draft = withModel(draftOf(run), offer);
  assert.equal(draft.dataset, "leaves-1");
  const recipe = recipeOf(draft, run, offer);
  assert.deepEqual(recipe.network, network);
  assert.deepEqual(recipe.optimizer, optimizer);
  assert.equal(recipe.batch_size, 6);
});

test("another network brings its data set and optimiser along", () => {
  const draft = withModel(draftOf(run), tiny);
  assert.deepEqual(
    [draft.network, draft.dataset, draft.optimizer, draft.batch_size],
    ["tinyvgg", "shapes", "Adam", 16],
  );
  const recipe = recipeOf(draft, run, tiny);
  assert.equal(recipe.network, "tinyvgg");
  assert.deepEqual(recipe.optimizer, { type: "Adam", learning_rate: 0.001 });
});

test("a run with a network of its own is made again from its layers", () => {
  const own = { ...run, network: null };
  assert.equal(draftOf(own).network, OWN_NETWORK);
  assert.deepEqual(
    recipeOf({ ...draftOf(own), seed: 1 }, own, undefined).network,
    run.recipe.network,
  );
});

test("a fork takes another optimiser, batch or seed, and no other network, data or first weights", () => {
  const now = draftOf(run);
  const draft = { ...now, optimizer: "Adam", seed: now.seed + 1 };
  assert.deepEqual(forkRecipe(draft, changedFields(draft, now)), {
    optimizer: { type: "Adam" },
    seed: now.seed + 1,
  });
  for (const part of [{ network: "tinyvgg" }, { init: "zeros" }, { dataset: "shapes" }]) {
    const other = { ...draft, ...part };
    assert.equal(forkRecipe(other, changedFields(other, now)), null);
  }
  assert.equal(forkRecipe(now, []), null);
});
