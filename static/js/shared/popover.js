/** Where a floating card goes, so that it never covers what it belongs to. Pure arithmetic. */

/**
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box CSS pixels of the window
 * @typedef {{width: number, height: number}} Size
 */

const EDGE = 8; // from the window's edge

/** @param {number} start @param {number} length @param {number} room @returns {number} inside the window */
const inside = (start, length, room) => Math.max(EDGE, Math.min(room - length - EDGE, start));

/**
 * Below a control, or above it where there is no room below; or the other way round.
 * @param {Box} anchor @param {Size} card @param {Size} window
 * @param {{gap?: number, above?: boolean, centred?: boolean}} [how] `above` is preferred
 * @returns {{left: number, top: number}}
 */
export function placeNextTo(anchor, card, window, how = {}) {
  const { gap = EDGE, above = false, centred = false } = how;
  const start = centred ? (anchor.left + anchor.right - card.width) / 2 : anchor.left;
  const [over, under] = [anchor.top - gap - card.height, anchor.bottom + gap];
  const [fitsOver, fitsUnder] = [over >= EDGE, under + card.height + EDGE <= window.height];
  const isOver = above ? fitsOver || !fitsUnder : !fitsUnder && fitsOver;
  return {
    left: inside(start, card.width, window.width),
    top: inside(isOver ? over : under, card.height, window.height),
  };
}

const GAP = 12; // to what must stay clear

/**
 * To the right of what must stay clear where there is room, else to the left, else across the
 * half of the window in which it is not.
 * @param {Box} clear what is explained, and what it was made from
 * @param {{left: number, top: number, bottom: number}} near the value itself
 * @param {Size} card @param {Size} window
 * @returns {{left: number, top: number, width: number, sheet: boolean}}
 */
export function placeBeside(clear, near, card, window) {
  const middle = (near.top + near.bottom) / 2;
  const top = inside(middle - card.height / 2, card.height, window.height);
  const beside = (/** @type {number} */ left) => ({ left, top, width: card.width, sheet: false });
  if (clear.right + GAP + card.width + EDGE <= window.width) return beside(clear.right + GAP);
  if (clear.left - GAP - card.width >= EDGE) return beside(clear.left - GAP - card.width);
  const width = Math.min(card.width, window.width - 2 * EDGE);
  const isBelow = middle < window.height / 2;
  return {
    left: inside(near.left - width / 2, width, window.width),
    top: isBelow ? window.height - EDGE - card.height : EDGE,
    width,
    sheet: true,
  };
}
