import assert from "node:assert/strict";
import test from "node:test";
import { inOrder } from "../../static/js/network/request-queue.js";

test("what takes turns begins when all before it has ended, well or not", async () => {
  /** @type {string[]} */
  const seen = [];
  const slow = inOrder(async () => {
    seen.push("change begins");
    await new Promise((done) => setTimeout(done, 20));
    seen.push("change ends");
    throw new Error("refused");
  });
  const question = inOrder(async () => {
    seen.push("question");
    return 7;
  });
  await assert.rejects(slow, /refused/);
  assert.equal(await question, 7);
  assert.deepEqual(seen, ["change begins", "change ends", "question"]);
});
