/**
 * The stream of one run: opened again by itself after a loss, with growing pauses. A server that says nothing
 * is asked whether it is there, so that a loss is known within two seconds while the run trains.
 *
 * @typedef {object} Handlers
 * @property {(run: import("./types.js").Run) => void} onRun
 * @property {(buffer: ArrayBuffer) => void} onFrame
 * @property {(sentence: string) => void} onError
 * @property {() => void} onOpen after every opening
 * @property {() => void} onLost while it tries again
 * @property {() => void} onGone the run does not exist (any more)
 * @property {() => boolean} isBusy whether the run trains, so that something is expected
 *
 * @typedef {object} Watch what the viewer wants to see
 * @property {string[] | null} layers null: all
 * @property {{tensor: string, of?: string}[]} tensors of each layer; `output`, `input` too
 * @property {string} [probe]
 * @property {number} max_fps
 * @property {number} [step] of the past; absent: the present
 * @property {object[]} [windows] of large layers what is in view
 */
import { newest } from "./latest-only.js";

const GONE = 4404;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const LOOK_MS = 200; // at how long it has been silent
const SILENCE_MS = { busy: 600, idle: 5000 }; // after which it is asked
const ANSWER_MS = 1000; // by when it answers, or is lost
const CONNECT_MS = 2000;
const SLEPT_MS = 1000; // between two looks: this page itself was stopped, and has heard nothing for that
const SEEK_PATIENCE_MS = 250; // a slow answer is not waited for when the hand has moved on

/** How long to wait before the n-th try, in milliseconds. @param {number} tries failed so far */
export const pauseMs = (tries) => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);

export class Stream {
  /** @param {string} url @param {Handlers} handlers */
  constructor(url, handlers) {
    this.url = url;
    this.handlers = handlers;
    /** @type {Watch | null} */
    this.wanted = null;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.tries = 0;
    this.closed = false;
    this.timer = 0;
    this.heardMs = this.lookedMs = performance.now();
    /** When it was asked whether it is there; null: it is not asked now. @type {number | null} */
    this.askedMs = null;
    this.looking = setInterval(() => this.look(), LOOK_MS);
    this.seeking = newest((/** @type {Watch} */ watch) => this.ask(watch), {
      patienceMs: SEEK_PATIENCE_MS,
    });
    /** Ends the question under way. @type {() => void} */
    this.answered = () => {};
    this.open();
  }

  open() {
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => this.lost(event.code);
    this.socket = socket;
    this.heard();
  }

  /** Something came. */
  heard() {
    this.heardMs = performance.now();
    this.askedMs = null;
  }

  /** Asks a silent server, and gives up one that does not answer or does not let us in. */
  look() {
    const now = performance.now();
    const slept = now - this.lookedMs > SLEPT_MS;
    this.lookedMs = now;
    if (slept) this.heard();
    const silentMs = now - this.heardMs;
    if (this.socket?.readyState === WebSocket.CONNECTING && silentMs > CONNECT_MS) this.giveUp();
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (this.askedMs !== null && now - this.askedMs > ANSWER_MS) this.giveUp();
    else if (
      this.askedMs === null &&
      silentMs > SILENCE_MS[this.handlers.isBusy() ? "busy" : "idle"]
    ) {
      this.askedMs = now;
      this.socket.send(JSON.stringify({ type: "ping" }));
    }
  }

  /** Lost, without waiting for a closing that may never come. */
  giveUp() {
    const { socket } = this;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.socket = null;
    this.lost(0);
  }

  opened() {
    this.tries = 0;
    this.heard();
    this.seeking.drop();
    if (this.wanted) this.watch(this.wanted);
    this.handlers.onOpen();
  }

  /** @param {string | ArrayBuffer} data */
  receive(data) {
    this.heard();
    if (typeof data !== "string") {
      this.handlers.onFrame(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "run") this.handlers.onRun(message.run);
    if (message.type === "error") {
      this.answered();
      this.handlers.onError(message.detail);
    }
  }

  /** @param {number} code of the closing */
  lost(code) {
    if (this.closed) return;
    if (code === GONE) {
      this.close();
      this.handlers.onGone();
      return;
    }
    this.handlers.onLost();
    this.timer = window.setTimeout(() => this.open(), pauseMs(this.tries));
    this.tries += 1;
  }

  /** Says what is on screen; the last word counts. @param {Watch} wanted */
  watch(wanted) {
    this.wanted = wanted;
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (wanted.step === undefined) {
      this.seeking.drop();
      this.send(wanted);
    } else this.seeking.want(wanted);
  }

  /** Asks for a step of the past, until it has come. @param {Watch} wanted @returns {Promise<void>} */
  ask(wanted) {
    this.send(wanted);
    return new Promise((resolve) => {
      this.answered = resolve;
    });
  }

  /** @param {Watch} wanted */
  send(wanted) {
    this.socket?.send(JSON.stringify({ type: "watch", ...wanted }));
  }

  close() {
    this.closed = true;
    this.seeking.drop();
    clearTimeout(this.timer);
    clearInterval(this.looking);
    this.socket?.close();
  }
}
