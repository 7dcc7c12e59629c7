/** One tooltip for the whole page: whatever has `data-tip` is explained on hover, focus or touch. */

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isComposing } from "../../shared/composing.js";
import { html } from "../../shared/html.js";
import { placeNextTo } from "../../shared/popover.js";

const WIDTH = 260;
const tip = signal(/** @type {{text: string, anchor: DOMRect} | null} */ (null));

/** Where the mouse was last: a layout that changes under it is no pointing. */
const mouse = { x: Number.NaN, y: Number.NaN };

/** @param {Event} event */
const rests = (event) =>
  event instanceof PointerEvent &&
  event.pointerType === "mouse" &&
  event.screenX === mouse.x &&
  event.screenY === mouse.y;

/** @param {PointerEvent} event */
function follow({ screenX, screenY }) {
  Object.assign(mouse, { x: screenX, y: screenY });
}

/** @param {Event} event */
function show(event) {
  if (rests(event)) return hide();
  if (event instanceof PointerEvent) follow(event);
  const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
  const text = target?.getAttribute("data-tip");
  if (!target || !text) {
    tip.value = null;
    return;
  }
  tip.value = { text, anchor: target.getBoundingClientRect() };
}

const hide = () => {
  tip.value = null;
};

/** What a button does makes what was said of it untrue; a word stays explained. @param {Event} event */
function hideOnPress({ target }) {
  const anchor = target instanceof Element ? target.closest("[data-tip]") : null;
  if (anchor && !anchor.matches(".term")) hide();
}

/** @param {KeyboardEvent} event */
const hideOnEscape = (event) => {
  if (event.key === "Escape" && !isComposing(event)) hide();
};

function bind() {
  addEventListener("pointerover", show);
  addEventListener("pointermove", follow, { passive: true });
  addEventListener("click", hideOnPress);
  addEventListener("focusin", show);
  addEventListener("focusout", hide);
  addEventListener("keydown", hideOnEscape);
  return () => {
    removeEventListener("pointerover", show);
    removeEventListener("pointermove", follow);
    removeEventListener("click", hideOnPress);
    removeEventListener("focusin", show);
    removeEventListener("focusout", hide);
    removeEventListener("keydown", hideOnEscape);
  };
}

/** Above the word where there is room. @param {HTMLElement} card @param {DOMRect} anchor */
function put(card, anchor) {
  const size = { width: WIDTH, height: card.offsetHeight };
  const room = { width: innerWidth, height: innerHeight };
  const { left, top } = placeNextTo(anchor, size, room, { gap: 6, above: true, centred: true });
  Object.assign(card.style, { left: `${left}px`, top: `${top}px` });
}

export function Tip() {
  useEffect(bind, []);
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  const now = tip.value;
  useLayoutEffect(() => {
    if (card.current && now) put(card.current, now.anchor);
  }, [now]);
  return (
    now &&
    html`<div class="tip" role="tooltip" ref=${card} style=${{ width: `${WIDTH}px` }}>${now.text}</div>`
  );
}

/**
 * A word with its explanation: a dotted line, and a tooltip that a screen reader reads too.
 * @param {{tip: string, children?: any}} props
 */
export function Term({ tip: text, children }) {
  return html`<button type="button" class="term" data-tip=${text} aria-description=${text}>${children}</button>`;
}
