import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, parseFilter, parseStep } from "../../static/js/network/address-bar.js";

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

test("the address holds all that a view is of, and nothing that is not chosen", () => {
  globalThis.location = /** @type {any} */ ({ pathname: "/" });
  const nothing = { run: "r1", filter: null, step: null, probe: null, why: null, inspect: null };
  assert.equal(addressOf(nothing), "/?run=r1");
  const all = {
    run: "r1",
    filter: { layer: "conv1", channel: 3, tab: "wants.probe" },
    step: 20,
    probe: "test-7",
    why: { why: "grad-cam", class: null, layer: "conv1", region: "1,2,3,4" },
    inspect: { inspect: "answers", cell: "6,4" },
  };
  const query = new URLSearchParams(addressOf(all).slice(2));
  assert.deepEqual(Object.fromEntries(query), {
    run: "r1",
    filter: "conv1.3",
    tab: "wants.probe",
    step: "20",
    probe: "test-7",
    why: "grad-cam",
    layer: "conv1",
    region: "1,2,3,4",
    inspect: "answers",
    cell: "6,4",
  });
});
