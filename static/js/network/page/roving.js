/** A group that is one Tab stop: the arrow keys go from one of it to the next. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../../shared/html.js";

/** What can be reached in it; what is within a menu of its own has its own stops. @param {Element} group */
function stopsOf(group) {
  /** @type {(HTMLElement & {disabled?: boolean})[]} */
  const all = [...group.querySelectorAll("a[href], button, summary")].filter(
    (one) => one instanceof HTMLElement,
  );
  return all.filter((one) => {
    const menu = one.closest("details");
    return !one.disabled && (one.matches("summary") || !menu || !group.contains(menu));
  });
}

/** @param {HTMLElement[]} stops @param {Element | null} now */
function keepOne(stops, now) {
  const one = stops.find((stop) => stop === now) ?? stops[0];
  for (const stop of stops) stop.tabIndex = stop === one ? 0 : -1;
}

/** @param {string} key @param {number} at @param {number} count */
function nextAt(key, at, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  return by ? (at + by + count) % count : null;
}

/**
 * @param {{as?: string, label?: string, children?: any, [attribute: string]: any}} props `as`: its element
 */
export function Roving({ as = "div", label, children, ...attributes }) {
  const group = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const stops = stopsOf(/** @type {HTMLElement} */ (group.current));
    keepOne(stops, stops.find((stop) => stop.tabIndex === 0) ?? null);
  });
  const onFocusIn = (/** @type {FocusEvent} */ { currentTarget, target }) => {
    const stops = stopsOf(/** @type {Element} */ (currentTarget));
    if (stops.some((stop) => stop === target)) keepOne(stops, /** @type {Element} */ (target));
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const stops = stopsOf(/** @type {Element} */ (event.currentTarget));
    const at = stops.indexOf(/** @type {HTMLElement} */ (event.target));
    const next = at < 0 ? null : nextAt(event.key, at, stops.length);
    if (next === null) return;
    event.preventDefault();
    stops[next].focus();
  };
  return html`<${as} ref=${group} aria-label=${label} ...${attributes} onFocusIn=${onFocusIn} onKeyDown=${onKeyDown}>${children}<//>`;
}
