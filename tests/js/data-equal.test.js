/** What is said of pictures that are there twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { equalSays, inSeveral, moreSays } from "../../static/js/data/equal-groups.js";

/** @param {number[]} labels @param {number} [count] */
const group = (labels, count = labels.length) => ({
  pictures: labels.map((_, i) => i),
  labels,
  names: [],
  count,
});

test("a group is in several classes if two of its pictures are", () => {
  assert.equal(inSeveral(group([0, 0, 1])), true);
  assert.equal(inSeveral(group([2, 2])), false);
});

test("twice is said only where all are there twice, and are told", () => {
  const says = (/** @type {any[]} */ equal, many = equal.length) =>
    equalSays({ equal, equal_count: many });
  assert.equal(says([group([0, 0])]), "1 picture is there twice");
  assert.equal(says([group([0, 0]), group([0, 1])]), "2 pictures are there twice");
  assert.equal(says([group([0, 0], 3)]), "1 picture is there twice or more");
  assert.equal(says([group([0, 0])], 1200), "1,200 pictures are there twice or more");
});

test("those that are not told are counted", () => {
  assert.equal(moreSays({ equal: [group([0, 0])], equal_count: 1 }), null);
  assert.equal(moreSays({ equal: [group([0, 0])], equal_count: 4 }), "and 3 more");
});
