/** What panels ask again and again. */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { signal } from "@preact/signals";

Object.assign(globalThis, {
  matchMedia: () => ({ matches: false, addEventListener: () => {} }),
  document: { visibilityState: "visible" },
});
const { asking } = await import("../../static/js/network/asking.js");
const { connection, visible } = await import("../../static/js/network/state.js");
const { Problem } = await import("../../static/js/shared/server.js");

const PAUSE_MS = 1000;
const settled = () => new Promise((done) => setImmediate(done));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(performance, "now", () => now);
  now = 0;
});
let now = 0;

/** @param {number} ms */
async function later(ms) {
  now += ms;
  mock.timers.tick(ms);
  await settled();
}

/** A panel that asks, and answers that the test gives. @param {boolean} [goesOn] */
function panel(goesOn = false) {
  const [subject, moment] = [signal("a"), signal(0)];
  /** @type {{of: string, gone: AbortSignal, answer: (is: number) => void, refuse: (error: Error) => void}[]} */
  const asked = [];
  const interest = asking({
    subject: () => subject.value,
    moment: () => moment.value,
    ask: ({ of, signal: gone, show }) =>
      new Promise((done, refuse) => {
        const answer = (/** @type {number} */ is) => {
          show(is);
          done();
        };
        asked.push({ of, gone, answer, refuse });
      }),
    pauseMs: PAUSE_MS,
    goesOn: () => goesOn,
  });
  const stop = interest.start();
  return { ...interest, subject, moment, asked, stop };
}

test("it is asked at once, and again soon after another moment of a run that rests", async () => {
  const { asked, answer, moment, stop } = panel();
  assert.equal(asked.length, 1);
  asked[0].answer(1);
  await settled();
  assert.deepEqual(answer.value, { of: "a", is: 1 });
  await later(5000);
  assert.equal(asked.length, 1);
  moment.value = 1;
  await later(1);
  assert.equal(asked.length, 2);
  stop();
});

test("another subject ends the question under way, and its answer is shown no more", async () => {
  const { asked, answer, subject, stop } = panel();
  subject.value = "b";
  assert.ok(asked[0].gone.aborted);
  asked[0].answer(1);
  await settled();
  assert.equal(answer.value, null);
  assert.equal(asked[1].of, "b");
  subject.value = "";
  assert.ok(asked[1].gone.aborted);
  await later(5000);
  assert.equal(asked.length, 2);
  stop();
});

test("while the run goes on a slow question is waited for, and then it rests", async () => {
  const { asked, moment, stop } = panel(true);
  for (let i = 0; i < 20; i++) {
    moment.value = i;
    await later(100);
  }
  assert.equal(asked.length, 1);
  assert.ok(!asked[0].gone.aborted);
  asked[0].answer(1);
  await settled();
  await later(PAUSE_MS - 1);
  assert.equal(asked.length, 1);
  await later(1);
  assert.equal(asked.length, 2);
  stop();
});

test("where the run rests a slow question gives way to another moment's", async () => {
  const { asked, moment, stop } = panel();
  moment.value = 1;
  await later(400);
  assert.ok(asked[0].gone.aborted);
  assert.equal(asked.length, 2);
  stop();
});

test("nothing is asked while nobody sees the page or the server is away, and then at once", async () => {
  for (const [away, back] of /** @type {const} */ ([
    [() => (visible.value = false), () => (visible.value = true)],
    [() => (connection.value = "lost"), () => (connection.value = "open")],
  ])) {
    const { asked, moment, stop } = panel();
    asked[0].answer(1);
    await settled();
    away();
    moment.value = 1;
    await later(5000);
    assert.equal(asked.length, 1);
    back();
    await later(1);
    assert.equal(asked.length, 2);
    stop();
  }
});

test("a refusal is told, and asked again where it may pass", async () => {
  for (const [status, times] of [
    [404, 1],
    [503, 2],
  ]) {
    const { asked, problem, stop } = panel();
    asked[0].refuse(new Problem("No.", status));
    await settled();
    assert.equal(problem.value, "No.");
    await later(1000);
    assert.equal(asked.length, times);
    stop();
  }
});

test("what is left asks nothing any more", async () => {
  const { asked, moment, stop } = panel();
  stop();
  assert.ok(asked[0].gone.aborted);
  moment.value = 1;
  await later(5000);
  assert.equal(asked.length, 1);
});
