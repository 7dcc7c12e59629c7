/** Where a filter's kernels are scrolled: which of them are in sight, and the way to the others. */
import { useEffect, useState } from "preact/hooks";
import { html } from "../../shared/html.js";

/** @typedef {{first: number, last: number}} Span kernels that are in sight, all of each */

const SLACK_PX = 4;

/** Which of several boxes, from top to bottom, are wholly within a window.
 * @param {{top: number, bottom: number}[]} boxes @param {number} top @param {number} bottom @returns {Span} */
export function inSight(boxes, top, bottom) {
  const whole = (/** @type {{top: number, bottom: number}} */ box) =>
    box.top >= top - SLACK_PX && box.bottom <= bottom + SLACK_PX;
  return { first: boxes.findIndex(whole), last: boxes.findLastIndex(whole) };
}

/** @param {HTMLElement} channels */
const kernelsOf = (channels) =>
  /** @type {HTMLElement[]} */ ([...channels.querySelectorAll(".kernel")]);

/** @param {HTMLElement} channels @returns {Span} */
function look(channels) {
  const boxes = kernelsOf(channels).map((kernel) => kernel.getBoundingClientRect());
  const { top, bottom } = channels.getBoundingClientRect();
  return inSight(boxes, top, bottom);
}

/** @param {{channels: import("preact").RefObject<HTMLElement>, many: number}} props */
export function KernelPager({ channels, many }) {
  const [{ first, last }, setSpan] = useState({ first: 0, last: many - 1 });
  useEffect(() => {
    const box = /** @type {HTMLElement} */ (channels.current);
    const again = () => setSpan(look(box));
    const sizes = new ResizeObserver(again);
    for (const part of [box, ...box.children]) sizes.observe(part);
    box.addEventListener("scroll", again, { passive: true });
    return () => {
      sizes.disconnect();
      box.removeEventListener("scroll", again);
    };
  }, [many]);
  if (first === 0 && last === many - 1) return null;
  const turn = (/** @type {number} */ to) => () => {
    const box = /** @type {HTMLElement} */ (channels.current);
    const kernels = kernelsOf(box);
    box.scrollTop = kernels[Math.min(to, many - 1)].offsetTop - kernels[0].offsetTop;
  };
  const shown = last - first + 1;
  return html`<div class="kernel-pager group" role="group" aria-label="Kernels in sight">
    <span>kernels <b>${first} to ${last}</b> of ${many}</span>
    <button type="button" disabled=${first === 0} onClick=${turn(Math.max(0, first - shown))} aria-label="Kernels before">↑</button>
    <button type="button" disabled=${last === many - 1} onClick=${turn(last + 1)} aria-label="More kernels">↓</button></div>`;
}
