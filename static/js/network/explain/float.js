/** Where a floating card goes, so that it never covers what it explains. Pure arithmetic. */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box CSS pixels of the window */

const GAP = 12;
const EDGE = 8;

/**
 * To the right of what must stay clear where there is room, else to the left, else across the
 * half of the window in which it is not.
 * @param {Box} clear what is explained, and what it was made from
 * @param {{left: number, top: number, bottom: number}} near the value itself
 * @param {{width: number, height: number}} card @param {{width: number, height: number}} window
 * @returns {{left: number, top: number, width: number, sheet: boolean}}
 */
export function floatPlace(clear, near, card, window) {
  const middle = (near.top + near.bottom) / 2;
  const top = Math.max(
    EDGE,
    Math.min(window.height - EDGE - card.height, middle - card.height / 2),
  );
  const beside = (/** @type {number} */ left) => ({ left, top, width: card.width, sheet: false });
  if (clear.right + GAP + card.width + EDGE <= window.width) return beside(clear.right + GAP);
  if (clear.left - GAP - card.width >= EDGE) return beside(clear.left - GAP - card.width);
  const width = Math.min(card.width, window.width - 2 * EDGE);
  const below = middle < window.height / 2;
  return {
    left: Math.max(EDGE, Math.min(window.width - EDGE - width, near.left - width / 2)),
    top: below ? window.height - EDGE - card.height : EDGE,
    width,
    sheet: true,
  };
}
