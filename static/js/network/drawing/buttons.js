/** What can be pressed and pointed at in a column: each filter, and each map's every value. */

import { plural } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { same, valueAt, weightAt, weightIndex } from "../explain/places.js";
import { isWeight, moved, movedWeight, pointAt, togglePin } from "../explain/pointing.js";
import { openFilter } from "../intents.js";
import { hoveredCell, kernelKind, openNumber, pinned, run } from "../state.js";
import { cellName } from "./names.js";
import { movedMost } from "./painter.js";

/** @typedef {import("./layout.js").Column} Column @typedef {import("./layout.js").Cell} Cell */

/** A rectangle of the column as a style. @param {import("./layout.js").Rect} rect */
const at = ({ x, y, width, height }) => ({
  left: `${x}px`,
  top: `${y}px`,
  width: `${width}px`,
  height: `${height}px`,
});

/** Up and down go along the column's buttons of one kind. @param {KeyboardEvent} event @param {number} by */
function along(event, by) {
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const kind = button.classList[0];
  const all = [...(button.parentElement?.querySelectorAll(`.${kind}`) ?? [])];
  const next = all[all.indexOf(button) + by];
  if (next instanceof HTMLElement) next.focus();
  event.preventDefault();
}

/** Where in a button the pointer is, in its own pixels. @param {PointerEvent | MouseEvent} event */
function within(event) {
  const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  return { x, y, across: x / box.width, down: y / box.height };
}

/** The lines to the maps before it, while a cell is pointed at. @param {Column} column @param {Cell} cell */
function hovering(column, cell) {
  const place = { layer: column.name, channel: cell.channel };
  const enter = () => {
    hoveredCell.value = place;
  };
  const leave = (/** @type {PointerEvent | FocusEvent} */ { relatedTarget: to }) => {
    if (to instanceof Element && to.closest(".magnifier")) return; // which lies over this filter
    hoveredCell.value = null;
    pointAt(null);
  };
  return { onPointerEnter: enter, onFocus: enter, onPointerLeave: leave, onBlur: leave };
}

/** Whether a filter is silenced or frozen. @param {string} layer @param {number} filter */
export function marksOf(layer, filter) {
  const has = (/** @type {{layer: string, filter: number}[] | undefined} */ list) =>
    Boolean(list?.some((one) => one.layer === layer && one.filter === filter));
  return { silenced: has(run.value?.silenced), frozen: has(run.value?.frozen) };
}

/** The weight that an arrow key leads to; the one to the right goes in among them.
 * @param {Column} column @param {Cell} cell @param {string} key */
function weightBy(column, cell, key) {
  const open = openNumber.peek();
  const mine = isWeight(open) && open.layer === column.name && open.index[0] === cell.channel;
  if (mine && open.tensor === "weight") return movedWeight(column, open, key);
  if (key !== "ArrowRight" || !cell.kernels.length) return null;
  return {
    layer: column.name,
    tensor: "weight",
    index: weightIndex(column, cell.channel, 0, 0, 0),
  };
}

/** A filter, or a class with its weights. @param {{column: Column, cell: Cell, first: boolean}} props */
export function FilterButton({ column, cell, first }) {
  const { whole, channel } = cell;
  const on = hoveredCell.value?.layer === column.name && hoveredCell.value.channel === channel;
  const kernels = column.role === "conv" ? `, ${plural(cell.kernels.length, "kernel")}` : "";
  const { silenced, frozen } = marksOf(column.name, channel);
  const most = kernelKind.value === "weight" && movedMost.value[column.name] === channel;
  const marks = `${silenced ? ", silenced" : ""}${frozen ? ", frozen" : ""}`;
  const onMove = (/** @type {PointerEvent} */ event) => {
    const { x, y } = within(event);
    pointAt(weightAt(column, cell, whole.x + x, whole.y + y));
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const weight = weightBy(column, cell, event.key);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (weight) {
      pointAt(weight);
      event.preventDefault();
    } else if (by) along(event, by);
  };
  return html`<button type="button" class=${`cell ${on ? "on" : ""} ${silenced ? "silenced" : ""} ${frozen ? "frozen" : ""}`}
    style=${at(whole)} tabindex=${first ? 0 : -1} data-channel=${channel}
    aria-label=${column.role === "classes" ? `weights of ${cellName(column, channel)}${marks}` : cellName(column, channel) + kernels + marks}
    aria-haspopup="dialog" ...${hovering(column, cell)} onPointerMove=${onMove} onKeyDown=${onKey}
    onClick=${() => openFilter(column.name, channel)}
  >${most && html`<span class="moved-most" title="This filter's weights moved most in the last steps"></span>`}
    ${(silenced || frozen) && html`<span class="marks" aria-hidden="true">${silenced ? "∅" : ""}${frozen ? "❄" : ""}</span>`}</button>`;
}

/** Where the keyboard last was, so that the next map of a column opens at the same place. */
const last = { layer: "", y: 0, x: 0 };

/** What the keyboard begins with: where it was in this column, or the middle.
 * @param {Column} column @param {Cell} cell */
function beginning(column, cell) {
  const place = valueAt(column, cell, 0.5, 0.5);
  const known = last.layer === column.name && !["vector", "classes"].includes(column.role);
  return place && known ? { ...place, y: last.y, x: last.x } : place;
}

/** The value in force on this cell's map, if it is there. @param {Column} column @param {Cell} cell */
function current(column, cell) {
  const place = openNumber.peek();
  if (!place || place.layer !== column.name || !("y" in place)) return null;
  const own = valueAt(column, cell, 0, 0);
  return column.role === "vector" || own?.channel === place.channel ? place : null;
}

/** Arrow keys go from value to value; Page Up and Down from map to map.
 * @param {KeyboardEvent} event @param {Column} column @param {Cell} cell */
function onMapKey(event, column, cell) {
  const page = { PageDown: 1, PageUp: -1 }[event.key];
  if (page) along(event, page);
  const from = current(column, cell) ?? beginning(column, cell);
  if (page || !from) return;
  const [, rows, cols] = column.shape;
  const vector = column.role === "vector";
  const turned = vector && { ...from, y: from.channel };
  const next = moved(turned || from, event.key, vector ? cols : rows, vector ? 1 : cols);
  if (!next) return;
  event.preventDefault();
  Object.assign(last, { layer: column.name, y: next.y, x: next.x });
  if (column.role === "classes") along(event, { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0);
  else if (pinned.peek()) pinned.value = vector ? { ...next, channel: next.y, y: 0 } : next;
  else pointAt(vector ? { ...next, channel: next.y, y: 0 } : next);
}

/** A map: each of its values opens.
 * @param {{column: Column, cell: Cell, first: boolean, place?: import("./layout.js").Rect, children?: any}} props
 *   `place`, where it is not in its own column */
export function MapButton({ column, cell, first, place = cell.map, children }) {
  const on = hoveredCell.value?.layer === column.name && hoveredCell.value.channel === cell.channel;
  const held = pinned.value?.layer === column.name && same(pinned.value, current(column, cell));
  const [, rows, cols] = column.shape;
  const name =
    column.role === "classes" // its bar says it
      ? undefined
      : `${cellName(column, cell.channel).replace("filter", "map")}, values ${rows} by ${cols}`;
  const over = hovering(column, cell);
  const onMove = (/** @type {PointerEvent} */ event) => {
    const { across, down } = within(event);
    pointAt(valueAt(column, cell, across, down));
  };
  const onFocus = (/** @type {FocusEvent} */ event) => {
    over.onFocus();
    const keys = /** @type {HTMLElement} */ (event.currentTarget).matches(":focus-visible");
    if (keys && !pinned.peek()) pointAt(beginning(column, cell));
  };
  const onClick = (/** @type {MouseEvent} */ event) => {
    const { across, down } = within(event);
    const byMouse = event.detail > 0;
    togglePin(
      byMouse
        ? valueAt(column, cell, across, down)
        : (current(column, cell) ?? beginning(column, cell)),
    );
  };
  return html`<button type="button" class=${`map ${on && column.role !== "conv" ? "on" : ""}`}
    style=${at(place)} tabindex=${first ? 0 : -1} data-channel=${cell.channel} aria-label=${name} aria-pressed=${held}
    ...${over} onFocus=${onFocus} onPointerMove=${onMove} onClick=${onClick}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => onMapKey(event, column, cell)}>${children}</button>`;
}
