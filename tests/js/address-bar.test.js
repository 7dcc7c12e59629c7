import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFilter, parseStep } from "../../static/js/network/address-bar.js";

test("a step in the address is a whole number, or nothing", () => {
  assert.equal(parseStep("137"), 137);
  assert.equal(parseStep("0"), 0);
  for (const text of [null, "", "-1", "1.5", "1e3", "seven", "9".repeat(16)])
    assert.equal(parseStep(text), null);
});

test("a filter in the address is a layer and a number, beside the tab of its view", () => {
  assert.deepEqual(parseFilter("conv1.3", "wants"), {
    layer: "conv1",
    channel: 3,
    tab: "wants",
  });
  for (const text of ["", "conv1", ".3", "conv1.-1", "conv1.x"])
    assert.equal(parseFilter(text, null), null);
});
