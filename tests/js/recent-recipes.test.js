/** What this browser started: the last five that differ. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { recentRecipes, rememberRecipe } from "../../static/js/network/training/recent-recipes.js";

/** @type {Map<string, string>} */
const kept = new Map();
const storage = {
  getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ text) => kept.set(key, text),
};

beforeEach(() => {
  kept.clear();
  Object.defineProperty(globalThis, "localStorage", { configurable: true, value: storage });
});

const seeded = (/** @type {number} */ seed) => ({ says: `seed ${seed}`, recipe: { seed } });

test("the newest comes first, none twice, and no more than five", () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 3]) rememberRecipe(seeded(seed));
  assert.deepEqual(
    recentRecipes().map(({ says }) => says),
    ["seed 3", "seed 6", "seed 5", "seed 4", "seed 2"],
  );
});

test("what is no list of recipes is none", () => {
  for (const text of [
    "{",
    "7",
    '{"says": "a"}',
    '[null, {"says": 1, "recipe": {}}, {"says": "a"}]',
  ]) {
    kept.set("convscope.recipes", text);
    assert.deepEqual(recentRecipes(), [], text);
  }
});

test("where storage is switched off there are none, and nothing breaks", () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get: () => {
      throw new Error("denied");
    },
  });
  rememberRecipe(seeded(1));
  assert.deepEqual(recentRecipes(), []);
});
