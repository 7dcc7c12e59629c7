/** Which of a filter's kernels are in sight. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inSight } from "../../static/js/network/filter/kernel-pager.js";

const BOXES = [0, 0, 100, 100, 200, 200].map((top) => ({ top, bottom: top + 90 })); // two by two

test("kernels are in sight of which nothing is cut", () => {
  assert.deepEqual(inSight(BOXES, 0, 200), { first: 0, last: 3 });
  assert.deepEqual(inSight(BOXES, 40, 300), { first: 2, last: 5 });
  assert.deepEqual(inSight(BOXES, 0, 288), { first: 0, last: 5 }); // less than a hair is cut
});
