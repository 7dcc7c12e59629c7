/** Where a card beside a control goes. Pure arithmetic. */

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
