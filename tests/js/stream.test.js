import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { pauseMs, Stream } from "../../static/js/shared/stream.js";

/** A socket that the test opens and closes. */
class FakeSocket {
  static OPEN = 1;
  /** @type {FakeSocket[]} */
  static made = [];
  readyState = 0;
  /** @type {any[]} */
  sent = [];
  onopen = () => {};
  onmessage = (/** @type {{data: any}} */ _event) => {};
  onclose = (/** @type {{code: number}} */ _event) => {};

  constructor() {
    FakeSocket.made.push(this);
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  /** @param {number} [code] */
  close(code = 1006) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

Object.assign(globalThis, { WebSocket: FakeSocket, window: globalThis });

const settled = () => new Promise((done) => setImmediate(done));

const WATCH = { layers: ["conv1"], tensors: [{ tensor: "weight" }], max_fps: 30 };

function follow() {
  /** @type {string[]} */
  const heard = [];
  const stream = new Stream("ws://x", {
    onRun: (run) => heard.push(`run ${run.id}`),
    onFrame: (buffer) => heard.push(`frame ${buffer.byteLength}`),
    onError: (sentence) => heard.push(sentence),
    onOpen: () => heard.push("open"),
    onLost: () => heard.push("lost"),
    onGone: () => heard.push("gone"),
  });
  return { stream, heard };
}

beforeEach(() => {
  FakeSocket.made = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("what is watched is said on opening, and again after a loss", () => {
  const { stream, heard } = follow();
  stream.watch(WATCH);
  FakeSocket.made[0].open();
  assert.deepEqual(FakeSocket.made[0].sent, [{ type: "watch", ...WATCH }]);
  FakeSocket.made[0].close();
  mock.timers.tick(pauseMs(0));
  FakeSocket.made[1].open();
  assert.deepEqual(FakeSocket.made[1].sent, [{ type: "watch", ...WATCH }]);
  assert.deepEqual(heard, ["open", "lost", "open"]);
});

test("pauses between tries grow, up to five seconds, and begin anew after an opening", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 20].map(pauseMs), [250, 500, 1000, 2000, 4000, 5000, 5000]);
  follow();
  FakeSocket.made[0].close();
  mock.timers.tick(pauseMs(0));
  FakeSocket.made[1].close();
  mock.timers.tick(pauseMs(1) - 1);
  assert.equal(FakeSocket.made.length, 2);
  mock.timers.tick(1);
  FakeSocket.made[2].open();
  FakeSocket.made[2].close();
  mock.timers.tick(pauseMs(0));
  assert.equal(FakeSocket.made.length, 4);
});

test("a run that is gone is not asked for again", () => {
  const { heard } = follow();
  FakeSocket.made[0].open();
  FakeSocket.made[0].close(4404);
  mock.timers.tick(60_000);
  assert.equal(FakeSocket.made.length, 1);
  assert.deepEqual(heard, ["open", "gone"]);
});

test("a stream that was closed here stays closed", () => {
  const { stream, heard } = follow();
  stream.close();
  mock.timers.tick(60_000);
  assert.equal(FakeSocket.made.length, 1);
  assert.deepEqual(heard, []);
});

test("runs, errors and frames reach their own handlers", () => {
  const { heard } = follow();
  const [socket] = FakeSocket.made;
  socket.onmessage({ data: JSON.stringify({ type: "run", run: { id: "abc" } }) });
  socket.onmessage({ data: JSON.stringify({ type: "error", detail: "No such layer." }) });
  socket.onmessage({ data: new ArrayBuffer(16) });
  assert.deepEqual(heard, ["run abc", "No such layer.", "frame 16"]);
});

test("steps of the past are asked for one at a time; the way back to the present waits for none", async () => {
  const { stream } = follow();
  FakeSocket.made[0].open();
  for (const step of [10, 20, 30]) stream.watch({ ...WATCH, step });
  const steps = () => FakeSocket.made[0].sent.map((message) => message.step);
  assert.deepEqual(steps(), [10]);
  stream.answered();
  await settled();
  assert.deepEqual(steps(), [10, 30]);
  stream.watch({ ...WATCH, step: 40 });
  stream.watch(WATCH);
  assert.deepEqual(steps(), [10, 30, undefined]);
  stream.answered();
  await settled();
  assert.deepEqual(steps(), [10, 30, undefined]);
});

test("after a loss the step that was looked at is asked for again", () => {
  const { stream } = follow();
  FakeSocket.made[0].open();
  stream.watch({ ...WATCH, step: 10 });
  FakeSocket.made[0].close();
  mock.timers.tick(pauseMs(0));
  FakeSocket.made[1].open();
  assert.deepEqual(FakeSocket.made[1].sent, [{ type: "watch", ...WATCH, step: 10 }]);
});
