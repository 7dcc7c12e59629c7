import assert from "node:assert/strict";
import test from "node:test";
import { age, origin, recipeLine, runName, runState } from "../../static/js/shared/run-text.js";
import { forkCount, forkPoint, inTreeOrder } from "../../static/js/shared/run-tree.js";

/** @param {string} id @param {object} [more] @returns {any} */
const run = (id, more) => ({
  id,
  name: null,
  state: "ready",
  suspended: false,
  parent: null,
  created_at: `2026-01-01T00:00:0${id.length}Z`,
  ...more,
});
/** @param {string} id @param {number | null} step */
const from = (id, step) => ({ parent: { run: id, step } });
const ids = (/** @type {any[]} */ rows) => rows.map((row) => `${row.depth} ${row.run.id}`);
const knownOf = (/** @type {any[]} */ runs) => new Map(runs.map((one) => [one.id, one]));

test("newest first, and forks below what they came from, oldest first", () => {
  const runs = [
    run("old", { created_at: "2026-01-01T00:00:00Z" }),
    run("fork-1", { created_at: "2026-01-02T00:00:00Z", ...from("old", 5) }),
    run("new", { created_at: "2026-01-03T00:00:00Z" }),
    run("fork-2", { created_at: "2026-01-04T00:00:00Z", ...from("old", 7) }),
    run("of-fork", { created_at: "2026-01-05T00:00:00Z", ...from("fork-1", 9) }),
  ];
  const rows = inTreeOrder(runs);
  assert.deepEqual(ids(rows), ["0 new", "0 old", "1 fork-1", "2 of-fork", "1 fork-2"]);
  assert.deepEqual(
    [0, 1, 2, 4].map((i) => forkCount(rows, i)),
    [0, 2, 1, 0],
  );
});

test("a fork of a deleted run stands by itself, and a circle is listed once", () => {
  assert.deepEqual(ids(inTreeOrder([run("a", from("gone", 3))])), ["0 a"]);
  const circle = [run("x", from("yy", 1)), run("yy", from("x", 1))];
  assert.deepEqual(ids(inTreeOrder(circle)), ["0 x", "1 yy"]);
});

test("two runs are the same up to where one left the other, or both a third", () => {
  const [a, b] = [run("a"), run("b", from("a", 100))];
  const [c, d] = [run("c", from("b", 150)), run("d", from("b", 40))];
  const known = knownOf([a, b, c, d]);
  assert.equal(forkPoint(a, b, known), 100);
  assert.equal(forkPoint(b, a, known), 100);
  assert.equal(forkPoint(a, c, known), 100);
  assert.equal(forkPoint(b, c, known), 150);
  assert.equal(forkPoint(a, d, known), 40);
  assert.equal(forkPoint(c, d, known), 40);
  assert.equal(forkPoint(run("e"), a, known), null);
  assert.equal(forkPoint(run("k", from("a", null)), a, known), null);
});

test("an age is told in its largest whole unit", () => {
  const at = Date.parse("2026-03-01T12:00:00Z");
  const ago = (/** @type {number} */ s) => age(new Date(at - s * 1000).toISOString(), at);
  assert.equal(ago(-3), "just now");
  assert.equal(ago(59), "just now");
  assert.equal(ago(60), "1 minute ago");
  assert.equal(ago(2 * 3600 + 5), "2 hours ago");
  assert.equal(ago(26 * 3600), "1 day ago");
  assert.equal(ago(15 * 86400), "2 weeks ago");
  assert.equal(ago(800 * 86400), "2 years ago");
});

test("a run is called by its name, or by its id", () => {
  assert.equal(runName(run("k3", { name: "Slow" })), "Slow");
  assert.equal(runName(run("k3")), "Run k3");
  assert.equal(runName(run("k3", { name: "" })), "Run k3");
});

test("what is ready is paused, or suspended without a worker", () => {
  assert.equal(runState(run("a")), "paused");
  assert.equal(runState(run("a", { suspended: true })), "suspended");
  assert.equal(runState(run("a", { state: "failed" })), "failed");
});

test("a fork says what it came from, and when", () => {
  const known = knownOf([run("a", { name: "Base" })]);
  assert.equal(origin(run("b", from("a", 137)), known), "fork of Base at step 137");
  assert.equal(origin(run("b", from("z", 1)), known), "fork of a deleted run at step 1");
  assert.equal(origin(run("b", from("a", null)), known), "copy of Base from before a reset");
  assert.equal(origin(run("b"), known), null);
});

test("what a run is made of is a line with the rate in force", () => {
  const recipe = {
    network: { layers: [1, 2, 3] },
    data: { dataset: "shapes" },
    optimizer: { type: "Adam" },
  };
  const more = { recipe, learning_rate: 0.002, network: null };
  const line = (/** @type {object} */ changes, titles = new Map()) =>
    recipeLine(run("a", { ...more, ...changes }), titles);
  assert.equal(line({}), "3 layers · shapes · Adam at 0.002");
  const titles = new Map([["shapes", "Coloured shapes"]]);
  assert.equal(line({ network: "tinyvgg" }, titles), "tinyvgg · Coloured shapes · Adam at 0.002");
  assert.equal(
    line({ recipe: { ...recipe, data: {} } }, titles),
    "3 layers · no data set · Adam at 0.002",
  );
});
