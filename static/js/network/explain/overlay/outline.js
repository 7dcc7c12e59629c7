/** The open number's cell, and the patches that it was made from, outlined on the maps at once. */

import { html } from "../../../shared/html.js";
import { openNumber, plan } from "../../state.js";
import { explained } from "../explanation.js";
import { columnOf, unflattened } from "../names.js";
import { cellOf, kernelPlace, paddedMaps, patchRects, valueRect } from "../places.js";
import { isWeight } from "../pointing.js";
import { ContributionsOverlay } from "./contributions.js";
import { FlattenLink } from "./flatten-link.js";
import { Magnifier } from "./magnifier.js";
import { MapLens } from "./map-lens.js";

/** @typedef {import("../../drawing/layout.js").Rect} Rect */

const LARGEST = 8; // terms of a fully connected value that are marked on their maps

/** @param {import("../../drawing/layout.js").Column} column @param {import("../places.js").WeightPlace} place @returns {Rect[]} */
function weightRects(column, { tensor, index }) {
  const cell = column.cells[index[0]];
  if (!cell) return [];
  if (tensor === "bias") return cell.bias ? [{ ...cell.bias, x: column.x + cell.bias.x }] : [];
  const [rows, cols] = column.kernel ?? [1, 1];
  const { k, r, c } = kernelPlace(column, index);
  const grid = cell.kernels[k];
  if (!grid) return [];
  const [w, h] = [grid.width / cols, grid.height / rows];
  return [{ x: column.x + grid.x + c * w, y: grid.y + r * h, width: w, height: h }];
}

/** Where the largest terms of a weighted sum stand. @param {import("../../drawing/layout.js").Column} column @returns {Rect[]} */
function termRects(column) {
  const answer = explained.value?.answer;
  const { source } = column;
  if (!source || answer?.kind !== "linear" || answer.layer !== column.name) return [];
  return answer.terms.slice(0, LARGEST).flatMap((/** @type {{index: number}} */ term) => {
    const at = unflattened(column, term.index);
    const rect = cellOf(source, at.channel) && valueRect(source, { layer: source.name, ...at });
    return rect ? [rect] : [];
  });
}

/** All that is drawn over the maps: outlines, contributions to a weight, the enlarged kernel. */
export function Outline() {
  return html`<${Outlines} /><${FlattenLink} /><${ContributionsOverlay} /><${Magnifier} /><${MapLens} />`;
}

function Outlines() {
  const now = plan.value;
  const place = openNumber.value;
  const column = place && now && columnOf(place.layer);
  if (!place || !now || !column) return null;
  const value = isWeight(place) ? null : place;
  const bar = column.role === "classes" && !isWeight(place); // it is marked itself
  const own = isWeight(place) ? weightRects(column, place) : bar ? [] : [valueRect(column, place)];
  const before = value ? [...patchRects(column, value), ...termRects(column)] : [];
  const box = (/** @type {Rect | null} */ r, /** @type {string} */ kind) =>
    r &&
    html`<rect class=${`shade ${kind}`} x=${r.x - 1} y=${r.y - 1} width=${r.width + 2} height=${r.height + 2} />
      <rect class=${kind} x=${r.x - 1} y=${r.y - 1} width=${r.width + 2} height=${r.height + 2} />`;
  return html`<svg class="edges outline" width=${now.width} height=${now.height} aria-hidden="true">
    ${(value ? paddedMaps(column, value) : []).map((r) => html`<rect class="padding" x=${r.x} y=${r.y} width=${r.width} height=${r.height}><title>padding: zeros around the map</title></rect>`)}
    ${before.map((rect) => box(rect, "patch"))}${own.map((rect) => box(rect, "own"))}</svg>`;
}
