import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Seeking } from "../../static/js/shared/seeking.js";

Object.assign(globalThis, { window: globalThis });

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

function seeking() {
  /** @type {number[]} */
  const sent = [];
  return { sent, hand: new Seeking((/** @type {number} */ step) => sent.push(step)) };
}

test("the first wish is asked at once, and of those that come meanwhile only the newest", () => {
  const { sent, hand } = seeking();
  for (const step of [10, 20, 30, 40]) hand.want(step);
  assert.deepEqual(sent, [10]);
  hand.answered();
  assert.deepEqual(sent, [10, 40]);
  hand.answered();
  assert.deepEqual(sent, [10, 40]);
});

test("a slow answer is not waited for when the hand has moved on", () => {
  const { sent, hand } = seeking();
  hand.want(10);
  hand.want(20);
  mock.timers.tick(249);
  assert.deepEqual(sent, [10]);
  mock.timers.tick(1);
  assert.deepEqual(sent, [10, 20]);
});

test("a wish after the last answer is asked at once", () => {
  const { sent, hand } = seeking();
  hand.want(10);
  hand.answered();
  hand.want(20);
  assert.deepEqual(sent, [10, 20]);
});

test("what was dropped is not asked, and a late answer asks nothing", () => {
  const { sent, hand } = seeking();
  hand.want(10);
  hand.want(20);
  hand.drop();
  hand.answered();
  mock.timers.tick(1000);
  assert.deepEqual(sent, [10]);
  hand.want(30);
  assert.deepEqual(sent, [10, 30]);
});
