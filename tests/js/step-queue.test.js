/** Every press is a step, in as few requests as there is time for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepQueue } from "../../static/js/network/training/step-queue.js";

/** A queue whose requests are answered by hand. */
function byHand() {
  /** @type {number[]} */
  const asked = [];
  /** @type {((ok: boolean) => void)[]} */
  const waiting = [];
  const queue = stepQueue((steps) => {
    asked.push(steps);
    return new Promise((answer) => waiting.push(answer));
  });
  const answer = async (ok = true) => {
    waiting.shift()?.(ok);
    await new Promise((done) => setTimeout(done));
  };
  return { queue, asked, answer };
}

test("thirty presses in a burst are thirty steps, in two requests", async () => {
  const { queue, asked, answer } = byHand();
  for (let i = 0; i < 30; i++) queue.press(false);
  await answer();
  await answer();
  assert.deepEqual(asked, [1, 29]);
});

test("what a held key repeats counts, until the key is let go", async () => {
  const { queue, asked, answer } = byHand();
  queue.press(false);
  queue.press(true);
  queue.press(true);
  await answer();
  queue.press(true);
  queue.press(false);
  queue.release();
  await answer();
  await answer();
  assert.deepEqual(asked, [1, 2, 1], "one repeat went with the key, the press stayed");
});

test("no more than 60 wait, and a refusal forgets them", async () => {
  const { queue, asked, answer } = byHand();
  for (let i = 0; i < 200; i++) queue.press(true);
  await answer();
  assert.deepEqual(asked, [1, 60]);
  queue.press(false);
  await answer(false);
  assert.deepEqual(asked, [1, 60]);
  queue.press(false);
  assert.deepEqual(asked, [1, 60, 1], "and the next press is taken");
});
