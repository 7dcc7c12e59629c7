/** The tour's arithmetic and sentences. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  correlation,
  edgeLikeness,
  mostTelling,
  summedKernel,
} from "../../static/js/network/guide/edge-likeness.js";
import {
  climbSentence,
  likenessSentence,
  silenceSentence,
} from "../../static/js/network/guide/words.js";

const SOBEL = [-1, 0, 1, -2, 0, 2, -1, 0, 1];

test("Sobel's own kernels are edges, whatever their size, sign and offset", () => {
  const darker = SOBEL.map((value) => 5 - 3 * value);
  assert.deepEqual(edgeLikeness(SOBEL, 3, 3), { direction: "vertical", r: 1 });
  assert.ok(Math.abs(/** @type {any} */ (edgeLikeness(darker, 3, 3)).r + 1) < 1e-12);
  const turned = [-1, -2, -1, 0, 0, 0, 1, 2, 1];
  assert.equal(edgeLikeness(turned, 3, 3)?.direction, "horizontal");
});

test("the correlation is Pearson's", () => {
  // numpy.corrcoef([1, 2, 4], [2, 1, 5])[0, 1]
  assert.ok(Math.abs(correlation([1, 2, 4], [2, 1, 5]) - 0.838627869378) < 1e-12);
  assert.equal(correlation([1, 1, 1], [1, 2, 3]), 0);
});

test("a kernel of one row sees no edge, a flat one is like none", () => {
  assert.equal(edgeLikeness([1, 2, 3], 1, 3), null);
  assert.equal(edgeLikeness([1, 1, 1, 1], 2, 2)?.r, 0);
});

test("the kernels of a filter on colours are added up", () => {
  const weights = [9, 9, 1, 2, 10, 20, 9, 9]; // (2, 2, 1, 2), of which the second filter begins at 4
  assert.deepEqual(summedKernel(weights, 1, { kernels: 2, rows: 1, cols: 2 }), [19, 29]);
});

test("a filter that became an edge detector comes before one that always was, and silent ones last", () => {
  const became = { now: 0.7, first: 0.2, answers: 1 };
  const was = { now: 0.7, first: 0.7, answers: 1 };
  assert.deepEqual(mostTelling([{ ...became, answers: 0 }, was, became]), [2, 1, 0]);
});

test("nothing is called an edge detector that is none, and what chance made is said", () => {
  const edge = (/** @type {number} */ r) => ({
    direction: /** @type {"vertical"} */ ("vertical"),
    r,
  });
  assert.match(likenessSentence(edge(0.3), edge(0.1)), /0\.30.*no edge detector/);
  assert.match(likenessSentence(edge(-0.7), edge(0.2)), /became.*0\.70, up from 0\.20/);
  assert.match(likenessSentence(edge(0.8), edge(0.7)), /Chance had made it/);
  assert.match(likenessSentence(edge(0.8), { direction: "horizontal", r: 0.4 }), /at most 0\.40/);
  assert.match(likenessSentence(edge(0.8), null), /^It detects vertical edges/);
  assert.match(likenessSentence(null, null), /too small/);
});

test("what silencing did is told as it is: fell, rose, or hardly moved", () => {
  const of = (/** @type {number | null} */ before, /** @type {number | null} */ after) =>
    silenceSentence({ held_out_before: before, held_out_after: after });
  assert.match(of(0.78, 0.7), /fell from 78\.0% to 70\.0%/);
  assert.match(of(0.7, 0.78), /rose/);
  assert.match(of(0.78, 0.775), /hardly moved/);
  assert.match(of(null, 0.5), /50\.0% without it/);
  assert.equal(of(0.5, null), "It is silenced.");
});

test("training that was paused, or learned nothing, is told as that", () => {
  const climb = { of: "", from: 0, to: 89, before: null, after: 0.751, until: null, pace: 10 };
  const told = (/** @type {"reached" | "slow" | "paused"} */ now) =>
    climbSentence({ ...climb, now }, 0.74);
  assert.match(told("reached"), /guessing to 75\.1% in 89 steps; on pictures .* 74\.0%\.$/);
  assert.match(told("paused"), /paused there/);
  assert.match(told("slow"), /learns slowly/);
  assert.match(climbSentence({ ...climb, to: 0, now: "paused" }, null), /before the first step/);
});
