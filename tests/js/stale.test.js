import assert from "node:assert/strict";
import { test } from "node:test";
import { isStale } from "../../static/js/network/training/stale.js";

test("a measurement is stale more than 100 steps and a fifth of the run later", () => {
  assert.equal(isStale(0, 100), false);
  assert.equal(isStale(0, 101), true);
  assert.equal(isStale(200, 399), true);
  assert.equal(isStale(1000, 1199), false);
});
