/** Requests that follow a pointer: at most one under way, and after it only the newest wanted. */

/** @template W, A */
export class Newest {
  /**
   * @param {(wanted: W) => Promise<A>} work must not throw
   * @param {(wanted: W, answer: A) => void} done called for each answer that is still of use
   */
  constructor(work, done) {
    this.work = work;
    this.done = done;
    /** @type {W | null} */
    this.next = null;
    this.busy = false;
    this.dropped = false;
  }

  /** @param {W} what */
  want(what) {
    this.next = what;
    this.dropped = false;
    if (!this.busy) this.go();
  }

  /** Nothing is wanted any more; what is under way is let go. */
  drop() {
    this.next = null;
    this.dropped = true;
  }

  async go() {
    this.busy = true;
    while (this.next !== null) {
      const what = this.next;
      this.next = null;
      const answer = await this.work(what);
      if (!this.dropped) this.done(what, answer);
    }
    this.busy = false;
  }
}
