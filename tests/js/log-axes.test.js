import assert from "node:assert/strict";
import test from "node:test";
import {
  LOG_LOSS,
  LOG_STEPS,
  lossRange,
  lossTicks,
  stepTicks,
  tickText,
} from "../../static/js/shared/log-axes.js";
import { valueRoom } from "../../static/js/shared/metric-history.js";

test("a place on a logarithmic axis leads back to its step, step 0 too", () => {
  for (const step of [0, 1, 37, 100_000])
    assert.equal(Math.round(LOG_STEPS.bwd(LOG_STEPS.fwd(step))), step);
});

test("steps have round labels with room for each", () => {
  const { fwd } = LOG_STEPS;
  assert.deepEqual(stepTicks(100_000, 0.12), [0, 10, 100, 1000, 10_000, 100_000]);
  for (const end of [10, 60, 999, 4e6]) {
    const ticks = stepTicks(end, 0.15);
    assert.ok(ticks.length >= 3);
    ticks.slice(1).forEach((tick, i) => {
      assert.ok(fwd(tick) - fwd(ticks[i]) >= 0.15 * fwd(end));
    });
  }
});

test("losses have some however narrow or wide their range is", () => {
  assert.deepEqual(lossTicks(0.09, 2.6, 0.2), [0.1, 0.2, 0.5, 1, 2]);
  for (const [low, high] of [
    [1.9, 2.4],
    [1e-5, 3],
    [0.01, 30],
  ])
    assert.ok(lossTicks(low, high, 0.2).length >= 2);
});

test("a loss of 0 and a run without losses have a place", () => {
  assert.ok(lossRange(0, 2)[0] > 0);
  assert.ok(lossRange(null, null)[0] < lossRange(null, null)[1]);
  assert.ok(Number.isFinite(LOG_LOSS.fwd(0)));
  assert.deepEqual([0.1, 2, 0.0002].map(tickText), ["0.1", "2", "2e−4"]);
});

test("a huge loss has a short label, and a longer one has the room that it needs", () => {
  assert.deepEqual([50_000, 1e6, 2.5e6, 1e-4, 0].map(tickText), [
    "50000",
    "1e6",
    "2.5e6",
    "1e−4",
    "0",
  ]);
  assert.equal(valueRoom(["0", "100%"]), 42);
  assert.equal(valueRoom(["1", "12345678"]), 63);
  assert.equal(valueRoom(null), 42);
});
