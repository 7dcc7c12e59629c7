import assert from "node:assert/strict";
import test from "node:test";
import { task } from "../../static/js/lessons/async-status.js";
import {
  correlation,
  exact,
  glorotBound,
  limitOf,
  minus,
  part,
  peakOf,
  plain,
  signedSums,
  sumText,
  withNumber,
} from "../../static/js/lessons/matrix.js";
import { html } from "../../static/js/lessons/prose.js";

test("contributions are counted by sign, and their sum is a share of their sizes", () => {
  const { up, down, net, left } = signedSums([
    [3, 0, -1],
    [0, 1, -2],
  ]);
  assert.deepEqual([up.sum, up.count, down.sum, down.count], [4, 2, -3, 2]);
  assert.equal(net, 1);
  assert.equal(left, 1 / 7);
  assert.equal(signedSums([[0, 0]]).left, 0);
});

test("Glorot's bound of Keras's layer is 0.22646", () => {
  assert.equal(glorotBound([3, 3, 1, 12]).toFixed(5), "0.22646");
});

test("correlation is 1 for the same up to scale, −1 for the opposite, 0 for a constant", () => {
  assert.ok(Math.abs(correlation([1, 2, 4], [12, 14, 18]) - 1) < 1e-12);
  assert.ok(Math.abs(correlation([1, 2, 4], [-1, -2, -4]) + 1) < 1e-12);
  assert.equal(correlation([1, 2, 4], [5, 5, 5]), 0);
});

test("rows are cut, compared and changed without touching the ones that came", () => {
  const rows = [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ];
  assert.deepEqual(part(rows, 1, 1, 2, 2), [
    [5, 6],
    [8, 9],
  ]);
  assert.deepEqual(withNumber(rows, 0, 2, -7)[0], [1, 2, -7]);
  assert.equal(rows[0][2], 3);
  assert.deepEqual(minus([[3, 1]], [[1, 5]]), [[2, -4]]);
  assert.equal(limitOf([[1, -4]]), 4);
  assert.deepEqual(
    peakOf([
      [1, 4],
      [9, 2],
    ]),
    { y: 1, x: 0, value: 9 },
  );
});

test("a number is whole or has two or three digits, and six where a step changes only the last", () => {
  assert.deepEqual([plain(-3), plain(0.5), plain(1 / 3), plain(-0)], ["−3", "0.500", "0.333", "0"]);
  assert.deepEqual([plain(12.345), plain(-1e-12)], ["12.3", "0"]);
  assert.equal(sumText([1, -2, 0.5]), "1 − 2 + 0.500");
  assert.deepEqual(
    [exact(0.1234567), exact(-8.9437e-5), exact(0)],
    ["0.123457", "−8.9437e−5", "0"],
  );
});

test("a line break in running text is a space, so that no word sticks to a number", () => {
  const node = html`<p>right on
    ${"81%"} of the
    pictures</p>`;
  assert.equal([node.props.children].flat().join(""), "right on 81% of the pictures");
});

test("a task tells what it waits for and what went wrong, and runs once at a time", async () => {
  const work = task();
  let runs = 0;
  const slow = async () => {
    runs++;
    await new Promise((done) => setTimeout(done, 5));
  };
  const first = work.start("Waiting…", slow);
  const second = work.start("Again…", slow);
  assert.equal(work.busy.value, "Waiting…");
  await second;
  await first;
  assert.deepEqual([runs, work.busy.value, work.problem.value], [1, null, null]);
  await work.start("…", () => Promise.reject(new Error("There is no room.")));
  assert.deepEqual([work.busy.value, work.problem.value], [null, "There is no room."]);
});
