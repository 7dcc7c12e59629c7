import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf, Queue, READING_MS } from "../../static/js/network/narrator/queue.js";

/** @param {number} id @param {any} kind @param {number} step @returns {any} */
const finding = (id, kind, step) => ({ id, kind, step, says: "", place: null, numbers: {} });
const said = (/** @type {any} */ line) => line?.finding.id ?? null;

test("filters that died at the same step are one line", () => {
  const lines = linesOf([
    finding(1, "filter_died", 400),
    finding(2, "filter_died", 400),
    finding(3, "loss_jumped", 400),
    finding(4, "filter_died", 600),
  ]);
  assert.deepEqual(
    lines.map((line) => [said(line), line.more]),
    [
      [1, 1],
      [3, 0],
      [4, 0],
    ],
  );
});

test("a line stays for as long as it takes to read, and the most important comes next", () => {
  const queue = new Queue();
  assert.equal(queue.waitMs(0), null);
  queue.add(linesOf([finding(1, "passed_guessing", 10)]));
  assert.equal(said(queue.take(100)), 1);
  queue.add(linesOf([finding(2, "filter_died", 20), finding(3, "loss_jumped", 20)]));
  queue.add(linesOf([finding(4, "filter_died", 50)]));
  assert.equal(queue.take(100 + READING_MS - 1), null);
  assert.equal(queue.waitMs(100 + READING_MS - 1), 1);
  const later = [1, 2, 3].map((n) => said(queue.take(100 + n * READING_MS)));
  assert.deepEqual(later, [3, 4, 2], "the newest first, of those that are as important");
  assert.equal(queue.take(1e6), null);
});

test("of many only some wait; the rest stands in the list", () => {
  const queue = new Queue();
  queue.add(linesOf([...Array(20).keys()].map((n) => finding(n + 1, "filter_died", n))));
  const told = [...Array(20).keys()].map((n) => said(queue.take(n * READING_MS)));
  assert.deepEqual(told.filter(Boolean), [20, 19, 18, 17]);
  queue.add(linesOf([finding(30, "loss_jumped", 1)]));
  queue.clear();
  assert.equal(queue.take(1e9), null);
});
