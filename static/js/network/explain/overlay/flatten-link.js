/** Which value of which map a number of a flattened list is: both outlined, and a line between them. */

import { html } from "../../../shared/html.js";
import { curve } from "../../drawing/edges.js";
import { listPlace } from "../../drawing/flatten.js";
import { openNumber, plan } from "../../state.js";
import { columnOf, unflattened } from "../names.js";
import { valueRect } from "../places.js";
import { isWeight } from "../pointing.js";

/** @typedef {import("../../drawing/layout.js").Column} Column */

/** The list that a place is a number of, and the how manieth. @param {import("../pointing.js").NumberPlace} place
 * @returns {{list: Column, index: number} | null} */
function numberOf(place) {
  if (isWeight(place) || place.within) return null;
  const column = columnOf(place.layer);
  if (column?.layer?.type === "Flatten") return { list: column, index: place.channel };
  const list = plan.value?.columns.find(
    (one) => one.layer?.type === "Flatten" && one.source === column,
  );
  if (!list || column?.role !== "maps") return null;
  const [, rows, cols] = column.shape;
  return { list, index: (place.channel * rows + place.y) * cols + place.x };
}

export function FlattenLink() {
  const [place, now] = [openNumber.value, plan.value];
  const found = place && numberOf(place);
  if (!found || !now || found.list.away) return null;
  const { list, index } = found;
  const source = /** @type {Column} */ (list.source);
  const from = valueRect(source, { layer: source.name, ...unflattened(list, index) });
  const to = listPlace(list, index);
  if (!from) return null;
  const line = curve(from.x + from.width, from.y + from.height / 2, to.x, to.y);
  const box = (/** @type {string} */ kind) =>
    html`<rect class=${kind} x=${from.x - 1} y=${from.y - 1} width=${from.width + 2} height=${from.height + 2} />`;
  return html`<svg class="edges outline flatten-link" width=${now.width} height=${now.height} aria-hidden="true">
    <path class="halo" d=${line} /><path d=${line} />${box("shade")}${box("own")}
    <rect class="own" x=${to.x} y=${to.y - 2} width=${to.width} height="4" /></svg>`;
}
