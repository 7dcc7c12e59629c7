import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { newest } from "../../static/js/shared/latest-only.js";

const PATIENCE_MS = 250;
const settled = () => new Promise((done) => setImmediate(done));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** Questions whose answers the test gives. @param {number} [patienceMs] */
function questions(patienceMs) {
  /** @type {number[]} */ const asked = [];
  /** @type {number[]} */ const shown = [];
  /** @type {string[]} */ const failed = [];
  /** @type {number[]} */ const cancelled = [];
  /** @type {{answer: (value: number) => void, refuse: (error: Error) => void}[]} */ const open =
    [];
  const work = (/** @type {number} */ n, /** @type {AbortSignal} */ signal) => {
    asked.push(n);
    signal.addEventListener("abort", () => cancelled.push(n));
    return new Promise((/** @type {(value: number) => void} */ answer, refuse) => {
      open.push({ answer, refuse });
    });
  };
  const hand = newest(work, {
    done: (value) => shown.push(value),
    failed: (error) => failed.push(String(error)),
    patienceMs,
  });
  return { hand, asked, shown, failed, cancelled, open };
}

test("the first request is asked at once, and of those that come meanwhile only the newest", async () => {
  const { hand, asked, shown, open } = questions();
  for (const n of [1, 2, 3, 4]) hand.want(n);
  assert.deepEqual(asked, [1]);
  open[0].answer(1);
  await settled();
  assert.deepEqual([asked, shown], [[1, 4], [1]]);
  open[1].answer(4);
  await settled();
  assert.deepEqual(
    [asked, shown],
    [
      [1, 4],
      [1, 4],
    ],
  );
  hand.want(5);
  assert.deepEqual(asked, [1, 4, 5]);
});

test("what takes too long is cancelled for the newest, and neither its answer nor its failure is told", async () => {
  const { hand, asked, shown, failed, cancelled, open } = questions(PATIENCE_MS);
  hand.want(10);
  hand.want(20);
  mock.timers.tick(PATIENCE_MS - 1);
  assert.deepEqual(asked, [10]);
  mock.timers.tick(1);
  assert.deepEqual([asked, cancelled], [[10, 20], [10]]);
  open[0].refuse(new Error("cancelled"));
  open[1].answer(20);
  await settled();
  assert.deepEqual([shown, failed], [[20], []]);
});

test("what is slow is waited for as long as nothing newer is wanted", async () => {
  const { hand, asked, shown, open } = questions(PATIENCE_MS);
  hand.want(10);
  mock.timers.tick(10 * PATIENCE_MS);
  open[0].answer(10);
  await settled();
  assert.deepEqual(shown, [10]);
  hand.want(20);
  mock.timers.tick(10 * PATIENCE_MS);
  hand.want(30);
  assert.deepEqual(asked, [10, 20, 30]);
});

test("without patience the one under way is always waited for", () => {
  const { hand, asked } = questions();
  hand.want(1);
  hand.want(2);
  mock.timers.tick(60_000);
  assert.deepEqual(asked, [1]);
});

test("a failure of the newest is told, and the next is asked all the same", async () => {
  const { hand, shown, failed, open } = questions();
  hand.want(1);
  open[0].refuse(new Error("no"));
  await settled();
  hand.want(2);
  open[1].answer(2);
  await settled();
  assert.deepEqual([failed, shown], [["Error: no"], [2]]);
});

test("what was dropped is not asked, and a late answer says nothing", async () => {
  const { hand, asked, shown, cancelled, open } = questions(PATIENCE_MS);
  hand.want(10);
  hand.want(20);
  hand.drop();
  open[0].answer(10);
  mock.timers.tick(1000);
  await settled();
  assert.deepEqual([asked, shown, cancelled], [[10], [], [10]]);
  hand.want(30);
  assert.deepEqual(asked, [10, 30]);
});

test("whoever waits for a request waits until nothing is under way", async () => {
  const { hand, open } = questions();
  /** @type {string[]} */ const ended = [];
  hand.want(1).then(() => ended.push("first"));
  hand.want(2).then(() => ended.push("second"));
  open[0].answer(1);
  await settled();
  assert.deepEqual(ended, []);
  open[1].answer(2);
  await settled();
  assert.deepEqual(ended, ["first", "second"]);
});
