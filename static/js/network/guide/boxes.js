/** Where parts of the page can be seen: their boxes, without what is scrolled away or covered. */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/** @param {Box} a @param {Box} b @returns {Box} what both share */
export const within = (a, b) => ({
  left: Math.max(a.left, b.left),
  top: Math.max(a.top, b.top),
  right: Math.min(a.right, b.right),
  bottom: Math.min(a.bottom, b.bottom),
});

/** @param {Box} box */
export const isThere = ({ left, top, right, bottom }) => right - left > 1 && bottom - top > 1;

/** @param {Box} box @param {Box} over */
const covers = (box, over) => {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  return x > over.left && x < over.right && y > over.top && y < over.bottom;
};

/** A filter's kernels stand beside its map. @param {Element} part @returns {Box} */
function wholeBox(part) {
  const { left, top, right, bottom } = part.getBoundingClientRect();
  const channel = part.getAttribute("data-channel");
  const map =
    part.matches(".column.conv .cell") &&
    part.parentElement?.querySelector(`.map[data-channel="${channel}"]`);
  return { left, top, right: map ? map.getBoundingClientRect().left - 2 : right, bottom };
}

/** @param {Element} part @returns {Box | null} null: it cannot be seen */
function visibleBox(part) {
  const pane = part.closest(".scroller, .side, .filter");
  const window = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const whole = wholeBox(part);
  const box = within(whole, pane ? within(pane.getBoundingClientRect(), window) : window);
  const filter = document.querySelector(".filter");
  if (filter && !filter.contains(part) && covers(box, filter.getBoundingClientRect())) return null;
  return isThere(box) ? box : null;
}

/** @param {string} selector @returns {Box[]} */
export const boxesOf = (selector) =>
  [...document.querySelectorAll(selector)].map(visibleBox).filter((box) => box !== null);
