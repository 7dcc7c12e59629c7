/** A picture of a run's first filters, exchanged only when there is another. */
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { ask } from "./ask.js";

const AT_MOST_EVERY_MS = 3000;

/** One run's picture on the page. */
class Shown {
  constructor() {
    this.mark = "";
    this.url = "";
    this.asked = Number.NEGATIVE_INFINITY;
    this.timer = 0;
  }

  /** Soon, and not too often. @param {string} id @param {HTMLImageElement} image */
  refresh(id, image) {
    if (this.timer) return;
    const due = Math.max(0, this.asked + AT_MOST_EVERY_MS - performance.now());
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.asked = performance.now();
      this.show(id, image).catch(() => {}); // what is shown stays
    }, due);
  }

  /** @param {string} id @param {HTMLImageElement} image */
  async show(id, image) {
    const { mark, picture } = await ask.filters(id);
    if (mark === this.mark) return;
    const before = this.url;
    this.mark = mark;
    this.url = URL.createObjectURL(picture);
    image.src = this.url;
    await image.decode().catch(() => {});
    image.hidden = false;
    if (before) URL.revokeObjectURL(before);
  }

  close() {
    clearTimeout(this.timer);
    if (this.url) URL.revokeObjectURL(this.url);
  }
}

/** @param {{run: import("./ask.js").Run}} props */
export function Thumb({ run }) {
  const image = useRef(/** @type {HTMLImageElement | null} */ (null));
  const shown = useRef(/** @type {Shown | null} */ (null));
  useEffect(() => {
    shown.current = new Shown();
    return () => shown.current?.close();
  }, [run.id]);
  const ready = run.state !== "starting";
  useEffect(() => {
    if (ready && image.current) shown.current?.refresh(run.id, image.current);
  }, [run.id, run.steps, run.restarts, ready]);
  return html`<img ref=${image} hidden alt="" />`;
}
