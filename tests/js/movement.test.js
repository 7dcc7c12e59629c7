import assert from "node:assert/strict";
import test from "node:test";
import { layoutNetwork } from "../../static/js/network/drawing/layout.js";
import { Movement, mostMoved } from "../../static/js/network/drawing/movement.js";
import { frameOf, inputShape } from "./frames.js";
import { DEFAULT } from "./layers.js";

const { columns } = layoutNetwork(DEFAULT, inputShape, { width: 1000, height: 600 });

/** @param {number} step @param {Float32Array} weights of conv1 @param {string} [reason] */
function frameAt(step, weights, reason = "train") {
  const frame = frameOf([["conv1", "weight", [8, 1, 3, 3], weights]]);
  Object.assign(frame.header, { step, reason });
  return frame;
}

/** Weights after an update that moves weight i by i / 100. @param {number} [times] */
const movedBy = (times = 1) => Float32Array.from({ length: 72 }, (_, i) => (times * i) / 100);

test("a slow step lights up by its update alone, and fades to a rest within 400 ms", () => {
  const movement = new Movement();
  movement.observe(frameAt(4, movedBy(0)), columns, 0, false);
  movement.observe(frameAt(5, movedBy()), columns, 1000, false);
  const at = (/** @type {number} */ ms) => {
    const light = movement.light("conv1", ms, false);
    assert.ok(light);
    return Array.from({ length: 72 }, (_, i) => light(i));
  };
  const [bright, later] = [at(1000), at(1400)];
  assert.equal(bright[0], 0, "what did not move does not glow");
  for (let i = 1; i < 72; i++) assert.ok(bright[i] > bright[i - 1], "more where it moved more");
  assert.ok(later[71] < 0.65 * bright[71] && later[71] > 0.4 * bright[71]);
  assert.equal(movement.isFading(1100), true);
  assert.equal(movement.isFading(2100), false);
});

test("fast steps make a steady light: nothing flashes", () => {
  const movement = new Movement();
  const seen = [];
  for (let step = 0; step < 100; step++) {
    movement.observe(frameAt(step, movedBy(step)), columns, step * 100, false);
    for (const after of [0, 50, 99]) {
      const light = movement.light("conv1", step * 100 + after, false);
      if (step > 50 && light) seen.push(light(71));
    }
  }
  assert.ok(Math.max(...seen) - Math.min(...seen) < 0.02 * Math.max(...seen));
});

test("a light of several steps a frame is that of one of them", () => {
  const [one, ten] = [new Movement(), new Movement()];
  for (let i = 0; i < 200; i++) {
    one.observe(frameAt(i, movedBy(i)), columns, i * 33, false);
    ten.observe(frameAt(10 * i, movedBy(10 * i)), columns, i * 33, false);
  }
  const [a, b] = [one.light("conv1", 6600, false), ten.light("conv1", 6600, false)];
  assert.ok(a && b && Math.abs(a(40) - b(40)) < 1e-3);
});

test("an intervention, a look at another step and another run light nothing", () => {
  const movement = new Movement();
  movement.observe(frameAt(4, movedBy(0)), columns, 0, false);
  movement.observe(frameAt(4, movedBy(), "intervention"), columns, 500, false);
  assert.equal(movement.light("conv1", 500, false), null);
  movement.observe(frameAt(5, movedBy()), columns, 1000, false);
  assert.equal(movement.light("conv1", 1000, false), null, "nothing moved in this step");
  movement.observe(frameAt(2, movedBy(7)), columns, 2000, false);
  assert.equal(movement.light("conv1", 2000, false), null);
});

test("with reduced motion the mark stands still, and does not fade", () => {
  const movement = new Movement();
  movement.observe(frameAt(4, movedBy(0)), columns, 0, true);
  movement.observe(frameAt(5, movedBy()), columns, 1000, true);
  const [now, later] = [1000, 5000].map((ms) => movement.light("conv1", ms, true)?.(71));
  assert.ok(now && now === later);
});

test("the filter that moved most is marked, and keeps its mark until another is clearly ahead", () => {
  assert.equal(mostMoved(Float32Array.of(0, 0, 0, 0), 2, -1), -1);
  assert.equal(mostMoved(Float32Array.of(1, 1, 1.1, 1.1), 2, -1), 1);
  assert.equal(mostMoved(Float32Array.of(1, 1, 1.1, 1.1), 2, 0), 0);
  assert.equal(mostMoved(Float32Array.of(1, 1, 1.3, 1.3), 2, 0), 1);
});

test("the light follows updates that become ten times smaller within some seconds", () => {
  const movement = new Movement();
  let weights = movedBy(0);
  const bright = (
    /** @type {number} */ from,
    /** @type {number} */ steps,
    /** @type {number} */ size,
  ) => {
    for (let i = 1; i <= steps; i++) {
      weights = weights.map((w, j) => w + (size * (j % 9)) / 100);
      movement.observe(frameAt(from + i, weights), columns, (from + i) * 100, false);
    }
    const light = movement.light("conv1", (from + steps) * 100, false);
    return Array.from({ length: 72 }, (_, i) => light?.(i) ?? 0).sort((a, b) => a - b)[64];
  };
  assert.ok(bright(0, 60, 1) > 0.4);
  assert.ok(bright(60, 60, 0.1) > 0.4);
});
