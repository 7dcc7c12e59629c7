import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { pauseMs, Stream } from "../../static/js/shared/stream.js";

/** A socket that the test opens and closes. */
class FakeSocket {
  static CONNECTING = 0;
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
    this.onclose?.({ code });
  }
}

Object.assign(globalThis, { WebSocket: FakeSocket, window: globalThis });

const settled = () => new Promise((done) => setImmediate(done));

const WATCH = { layers: ["conv1"], tensors: [{ tensor: "weight" }], max_fps: 30 };

let clockMs = 0;
let busy = false;
performance.now = () => clockMs;

/** Time goes by, a look at a time. @param {number} ms */
function wait(ms) {
  for (let gone = 0; gone < ms; gone += 200) {
    clockMs += 200;
    mock.timers.tick(200);
  }
}

const pings = (/** @type {FakeSocket} */ socket) =>
  socket.sent.filter((message) => message.type === "ping").length;

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
    isBusy: () => busy,
  });
  return { stream, heard };
}

beforeEach(() => {
  FakeSocket.made = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  busy = false;
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

test("a silent server of a run that trains is asked, and lost within two seconds", () => {
  const { heard } = follow();
  busy = true;
  FakeSocket.made[0].open();
  wait(800);
  assert.equal(pings(FakeSocket.made[0]), 1);
  FakeSocket.made[0].onmessage({ data: '{"type": "pong"}' });
  wait(800);
  assert.deepEqual([pings(FakeSocket.made[0]), heard], [2, ["open"]]);
  wait(1200);
  assert.deepEqual(heard, ["open", "lost"]);
  wait(400);
  assert.equal(FakeSocket.made.length, 2, "and is asked to let us in again");
});

test("frames are an answer, and a run that rests is asked rarely", () => {
  const { heard } = follow();
  busy = true;
  FakeSocket.made[0].open();
  for (let i = 0; i < 20; i++) {
    wait(400);
    FakeSocket.made[0].onmessage({ data: new ArrayBuffer(8) });
  }
  assert.equal(pings(FakeSocket.made[0]), 0);
  busy = false;
  wait(4800);
  assert.equal(pings(FakeSocket.made[0]), 0);
  wait(600);
  assert.equal(pings(FakeSocket.made[0]), 1);
  assert.ok(!heard.includes("lost"));
});

test("a server that does not let us in is tried again", () => {
  const { heard } = follow();
  wait(2400);
  assert.deepEqual(heard, ["lost"]);
});

test("a page that slept has not lost its server", () => {
  const { heard } = follow();
  busy = true;
  FakeSocket.made[0].open();
  clockMs += 60_000;
  mock.timers.tick(200);
  wait(400);
  assert.deepEqual(heard, ["open"]);
});
