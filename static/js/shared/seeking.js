/** Questions that follow a hand on the timeline: one under way, and after it only the newest. */

const PATIENCE_MS = 250; // a slow answer is not waited for when the hand has moved on

/** @template W */
export class Seeking {
  /** @param {(wanted: W) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {W | null} */
    this.next = null;
    this.busy = false;
    this.timer = 0;
  }

  /** @param {W} wanted */
  want(wanted) {
    this.next = wanted;
    if (!this.busy) this.go();
  }

  /** What was asked is here, or will not come. */
  answered() {
    clearTimeout(this.timer);
    this.busy = false;
    this.go();
  }

  /** Nothing is wanted any more. */
  drop() {
    clearTimeout(this.timer);
    this.next = null;
    this.busy = false;
  }

  go() {
    if (this.next === null) return;
    const wanted = this.next;
    this.next = null;
    this.busy = true;
    this.timer = window.setTimeout(() => this.answered(), PATIENCE_MS);
    this.send(wanted);
  }
}
