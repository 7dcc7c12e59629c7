/** One tooltip for the whole page: whatever has `data-tip` is explained on hover, focus or touch. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../../shared/html.js";

const WIDTH = 260;
const tip = signal(
  /** @type {{text: string, x: number, y: number, below: boolean} | null} */ (null),
);

/** @param {Event} event */
function show(event) {
  const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
  const text = target?.getAttribute("data-tip");
  if (!target || !text) {
    tip.value = null;
    return;
  }
  const box = target.getBoundingClientRect();
  const x = Math.max(8, Math.min(innerWidth - WIDTH - 8, box.left + box.width / 2 - WIDTH / 2));
  const below = box.top < 140;
  tip.value = { text, x, y: below ? box.bottom + 6 : innerHeight - box.top + 6, below };
}

const hide = () => {
  tip.value = null;
};

/** @param {KeyboardEvent} event */
const hideOnEscape = (event) => {
  if (event.key === "Escape") hide();
};

function bind() {
  addEventListener("pointerover", show);
  addEventListener("focusin", show);
  addEventListener("focusout", hide);
  addEventListener("keydown", hideOnEscape);
  return () => {
    removeEventListener("pointerover", show);
    removeEventListener("focusin", show);
    removeEventListener("focusout", hide);
    removeEventListener("keydown", hideOnEscape);
  };
}

export function Tip() {
  useEffect(bind, []);
  const now = tip.value;
  if (!now) return null;
  const style = {
    left: `${now.x}px`,
    width: `${WIDTH}px`,
    [now.below ? "top" : "bottom"]: `${now.y}px`,
  };
  return html`<div class="tip" role="tooltip" style=${style}>${now.text}</div>`;
}

/**
 * A word with its explanation: a dotted line, and a tooltip that a screen reader reads too.
 * @param {{tip: string, children?: any}} props
 */
export function Term({ tip: text, children }) {
  return html`<button type="button" class="term" data-tip=${text} aria-description=${text}>${children}</button>`;
}
