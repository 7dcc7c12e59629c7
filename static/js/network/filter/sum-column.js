/** What a filter's kernels make together: their sum and the bias, the filter's map, and what follows it. */
import { count, plural } from "../../shared/format.js";
import { keyOf } from "../../shared/frame.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { mapCells } from "../../shared/heatmap/cells.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { reducedMotion } from "../../shared/media-queries.js";
import { scales } from "../drawing/painter.js";
import { exact } from "../explain/digits.js";
import { plan, slowTick } from "../state.js";
import { FeatureMap, Seen } from "./feature-map.js";
import { openPosition, openValue, startSweep, stopSweep, sweeping } from "./sweep.js";
import { chainPx, openSums } from "./unfolded.js";

/** @typedef {import("../drawing/layout.js").Column} Column @typedef {import("../../shared/frame.js").Frame} Frame */

const AFTER_PX = 80; // of a map, at the usual size of letters

/** The activation or normalisation that reads the filter's map. @param {{column: Column, channel: number, frame: Frame}} props */
function After({ column, channel, frame }) {
  const next = plan.value?.columns.find((one) => one.source === column);
  const section = next && frame.sections.get(keyOf(next.name, "output"));
  if (next?.role !== "maps" || !section?.ranges || next.shape[0] !== column.shape[0]) return null;
  const [, rows, cols] = next.shape;
  const limit = scales.limit("maps", "value", next.name, channel);
  const cells = () => mapCells(section, channel, palette.value.diverging, limit);
  return html`<span class="flow-sign" aria-hidden="true">→</span><figure><${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${chainPx(AFTER_PX)} stamp=${slowTick.value} label=${`Its map after ${next.name}`} />
    <figcaption>after ${next.name}, ${next.layer?.type}</figcaption></figure>`;
}

/** Slides the window over the maps. @param {{column: Column, channel: number}} props */
function Sweep({ column, channel }) {
  const [, rows, cols] = column.shape;
  const open = openValue(column, channel);
  const at = open ? open.y * cols + open.x : 0;
  return html`<div class="sweep group">
    ${
      !reducedMotion.value &&
      html`<button type="button" onClick=${() => (sweeping.value ? stopSweep() : startSweep(column, channel))}>${sweeping.value ? "Stop" : "Slide the window"}</button>`
    }
    <input type="range" min="0" max=${rows * cols - 1} value=${at} aria-label="Position of the window" aria-valuetext=${open ? `row ${open.y}, column ${open.x}` : "not open"}
      onInput=${(/** @type {any} */ e) => {
        stopSweep();
        openPosition(column, channel, Number(e.currentTarget.value));
      }} />
    <span class="hint">${open ? `row ${open.y}, column ${open.x}` : plural(rows * cols, "position")}</span></div>`;
}

/** The sum of all kernels' maps, the bias, and the filter's map.
 * @param {{column: Column, channel: number, frame: Frame, bias: any}} props `bias`: its number, editable */
export function SumColumn({ column, channel, frame, bias }) {
  const { known } = openSums(column, channel);
  const has = column.layer?.bias_shape;
  const whole = { column, channel, frame };
  return html`<div class="sum-column">
    ${
      column.source &&
      html`<p class="sum-line">Σ of ${count(column.kernels)} ${column.kernels === 1 ? "map" : "maps"}${has && html` + bias ${bias}`}
      <span class="sum-total">${known ? html`= <b data-test="sum">${exact(known.total)}</b>` : html`<span class="hint">its value where you point at its map</span>`}</span></p>`
    }
    <div class="made"><${FeatureMap} ...${whole} /><${After} ...${whole} /></div>
    <${Sweep} column=${column} channel=${channel} />
    <${Seen} ...${whole} />
  </div>`;
}
