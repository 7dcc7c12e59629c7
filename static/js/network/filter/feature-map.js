/** A filter's map, whose values open, and on the probe the pixels behind a value. */

import { signed } from "../../shared/format.js";
import { keyOf } from "../../shared/frame.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { mapCells } from "../../shared/heatmap/cells.js";
import { palette } from "../../shared/heatmap/palette.js";
import { shareOfGrid } from "../../shared/heatmap/pointer.js";
import { html } from "../../shared/html.js";
import { receptiveField } from "../../shared/receptive-field.js";
import { scales } from "../drawing/painter.js";
import {
  batchImageName,
  contributionCells,
  contributionsTo,
  weightInKernel,
  weightShort,
} from "../explain/contributions.js";
import { same, valueAt } from "../explain/places.js";
import { isWeight, moved, pointAt, togglePin } from "../explain/pointing.js";
import { Term } from "../page/tip.js";
import { inputCells } from "../probe/panel.js";
import { inputShape, layers, observed, openNumber, pinned, slowTick } from "../state.js";
import { TERMS } from "../terms.js";
import { chainPx } from "./unfolded.js";
import { mapPeak } from "./values.js";

/** @typedef {import("../drawing/layout.js").Column} Column @typedef {import("../../shared/frame.js").Frame} Frame */

const MAP_PX = 100; // at the usual size of letters, as the next
const SEEN_PX = 56;

/** The value of this map that is open. @param {Column} column @param {number} channel */
function openHere(column, channel) {
  const place = openNumber.value;
  return place && !isWeight(place) && place.layer === column.name && place.channel === channel
    ? place
    : null;
}

/** Every value of the map opens. @param {{column: Column, channel: number}} props */
function Reader({ column, channel }) {
  const [, rows, cols] = column.shape;
  const cell = column.cells[channel];
  const from = (/** @type {number} */ across, /** @type {number} */ down) => {
    const place = valueAt(column, cell, across, down);
    return place && { ...place, within: /** @type {const} */ ("filter") };
  };
  const under = (/** @type {MouseEvent} */ event) => {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    return from((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  const here = () => openHere(column, channel) ?? from(0.5, 0.5);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const place = here();
    const next = place && moved(place, event.key, rows, cols);
    if (!next) return;
    event.preventDefault();
    if (pinned.peek()) pinned.value = next;
    else pointAt(next);
  };
  return html`<button type="button" class="map whole" aria-label=${`values of this map, ${rows} by ${cols}`}
    aria-pressed=${same(pinned.value, openHere(column, channel)) && pinned.value !== null}
    onPointerMove=${(/** @type {PointerEvent} */ e) => pointAt(under(e))} onPointerLeave=${() => pointAt(null)}
    onBlur=${() => pointAt(null)} onKeyDown=${onKey}
    onClick=${(/** @type {MouseEvent} */ e) => togglePin(e.detail > 0 ? under(e) : here())}></button>`;
}

/** The place of a filter's map that is looked at: the open value, or its largest. @param {Column} column
 * @param {number} channel @param {Frame} frame */
function lookedAt(column, channel, frame) {
  const peak = mapPeak(frame, column, channel);
  if (!peak || column.role !== "conv") return null;
  const open = openHere(column, channel);
  const contribution = contributionsTo(column.name, channel);
  return {
    peak,
    open,
    at: open ?? peak,
    contribution,
    marked: !contribution && (open || !peak.constant),
  };
}

/** @param {{column: Column, channel: number, frame: Frame}} props */
export function FeatureMap({ column, channel, frame }) {
  const look = lookedAt(column, channel, frame);
  const section = frame.sections.get(keyOf(column.name, "output"));
  if (!look || !section) return null;
  const { peak, at, contribution, marked } = look;
  const [, rows, cols] = column.shape;
  const limit = scales.limit("maps", "value", column.name, channel);
  const cells = () =>
    contribution
      ? contributionCells(contribution.gradient)
      : mapCells(section, channel, palette.value.diverging, limit);
  return html`<figure class="answer"><${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${chainPx(MAP_PX)} stamp=${slowTick.value} label=${contribution ? "Contributions to the gradient of the weight" : "The filter's map"}>
      ${marked && html`<span class="mark" style=${shareOfGrid({ x: at.x, y: at.y }, rows, cols)}></span>`}<${Reader} column=${column} channel=${channel} /><//>
      <figcaption>${
        contribution
          ? html`<span class="whose" title=${`gradient of ${weightInKernel(column, contribution.place)} on ${batchImageName(contribution.gradient)}`}><b>gradient of ${weightShort(column, contribution.place)}</b> on picture ${contribution.gradient.example} of the batch</span>`
          : html`<${Term} tip=${TERMS.map}>its map<//>, ${signed(peak.lo)} to ${signed(peak.hi)}`
      }</figcaption></figure>`;
}

/** The pixels of the probe behind a value of the map. @param {{column: Column, channel: number, frame: Frame}} props */
export function Seen({ column, channel, frame }) {
  const look = lookedAt(column, channel, frame);
  if (!look) return null;
  const { peak, open, at, marked } = look;
  const [, height, width] = inputShape.value;
  const own = column.layer;
  if (!own || (observed.value && own.reads !== "input")) return null; // nobody knows what it sees
  const chain = observed.value ? [own] : layers.value;
  const field = receptiveField(chain, chain.indexOf(own), at.y, at.x, inputShape.value);
  const says = open
    ? `row ${at.y}, column ${at.x} of its map sees these ${field.height}×${field.width} pixels`
    : peak.constant
      ? "its output is the same everywhere"
      : `its largest output is here: row ${at.y}, column ${at.x} of its map sees these ${field.height}×${field.width} pixels`;
  return html`<figure class="pixels-seen"><${CellCanvas} cells=${inputCells} rows=${height} cols=${width} width=${chainPx(SEEN_PX)} stamp=${slowTick.value} label="The probe">
    ${marked && html`<span class="mark" style=${shareOfGrid(field, height, width)}></span>`}<//>
    <figcaption>${says}</figcaption></figure>`;
}
