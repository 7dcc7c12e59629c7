/** Drawings of distributions: a band over the steps, and the bars of one step. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { count } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { middleRange, nearestStep, onRows, quantile, roundTicks, tickTexts } from "./spread.js";

/** @typedef {import("./spread.js").Histogram} Histogram */
/** @typedef {{step: number, histogram: Histogram}} Column */

const [LEFT, RIGHT, TOP, BOTTOM] = [52, 14, 8, 22]; // pixels around a drawing, for its numbers
const BAND_HIGH = 180;
const BARS_HIGH = 150;
const ROWS = 48;
const SHADES = 8;
const FIRST_WIDE = 320; // before it is measured
const TICK_ROOM = 70; // pixels from one number to the next

/** The width that an element has, in pixels. */
export function useWidth() {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const [wide, setWide] = useState(FIRST_WIDE);
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (ref.current);
    const sizes = new ResizeObserver(() => setWide(Math.max(160, element.clientWidth)));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return { ref, wide };
}

/** A path of boxes for each shade, darkest last. @param {Column[]} columns @param {[number, number]} range
 * @param {(i: number) => [number, number]} across left and right of a column, pixels */
function shadedPaths(columns, range, across) {
  const paths = Array.from({ length: SHADES }, () => "");
  const high = (BAND_HIGH - TOP - BOTTOM) / ROWS;
  for (const [i, { histogram }] of columns.entries()) {
    const rows = onRows(histogram, range, ROWS);
    const most = Math.max(...rows);
    const [left, right] = across(i);
    for (const [row, number] of rows.entries()) {
      const shade = number > 0 ? Math.ceil(SHADES * Math.sqrt(number / most)) : 0;
      if (!shade) continue;
      const y = BAND_HIGH - BOTTOM - (row + 1) * high;
      paths[Math.min(SHADES, shade) - 1] +=
        `M${left.toFixed(1)} ${y.toFixed(2)}H${right.toFixed(1)}v${high.toFixed(2)}H${left.toFixed(1)}z`;
    }
  }
  return paths;
}

/** @param {{columns: Column[], at: number, last: number, label: string, unit: string, choose: (index: number) => void}} props
 *   `at`: the index of the one that is chosen; `last`: the run's last step */
export function Band({ columns, at, last, label, unit, choose }) {
  const { ref, wide } = useWidth();
  const range = middleRange(columns.map(({ histogram }) => histogram));
  const steps = columns.map((one) => one.step);
  const end = Math.max(1, last);
  const x = (/** @type {number} */ step) => LEFT + (step / end) * (wide - LEFT - RIGHT);
  const stepAt = (/** @type {number} */ px) => ((px - LEFT) / (wide - LEFT - RIGHT)) * end;
  const onPointer = (/** @type {PointerEvent} */ event) => {
    const box = /** @type {Element} */ (event.currentTarget);
    if (event.type === "pointerdown") box.setPointerCapture(event.pointerId);
    if (event.buttons & 1)
      choose(nearestStep(steps, stepAt(event.clientX - box.getBoundingClientRect().left)));
  };
  return html`<div ref=${ref} class="spread-band" role="img" aria-label=${label} onPointerDown=${onPointer} onPointerMove=${onPointer}>
    <svg width=${wide} height=${BAND_HIGH} aria-hidden="true">${
      range && html`<${BandInside} ...${{ columns, at, range, x, end, wide }} />`
    }</svg><p class="spread-axis">across: step; upwards: ${unit}, the middle 99%</p></div>`;
}

/** @param {{columns: Column[], at: number, range: [number, number], x: (step: number) => number, end: number, wide: number}} props */
function BandInside({ columns, at, range, x, end, wide }) {
  const [low, high] = range;
  const bottom = BAND_HIGH - BOTTOM;
  const y = (/** @type {number} */ value) =>
    bottom - ((value - low) / (high - low)) * (bottom - TOP);
  const steps = columns.map(({ step }) => step);
  const middle = (/** @type {number} */ i) =>
    x(((steps[i] ?? 0) + (steps[i + 1] ?? steps[i] ?? 0)) / 2);
  const across = (/** @type {number} */ i) =>
    /** @type {[number, number]} */ ([
      i > 0 ? middle(i - 1) : x(steps[i]) - (steps.length > 1 ? 0 : 20),
      i < steps.length - 1 ? middle(i) : Math.max(x(steps[i]), middle(i - 1) + 3) + (i ? 0 : 20),
    ]);
  const some = columns.filter(({ histogram }) => histogram.counts.length > 0);
  const medians = some.map(({ step, histogram }) => `${x(step)},${y(quantile(histogram, 0.5))}`);
  const valueTicks = roundTicks(range, 5);
  const valueTexts = tickTexts(valueTicks);
  const stepTicks = roundTicks([0, end], Math.max(2, (wide - LEFT) / TICK_ROOM)).filter(
    Number.isInteger,
  );
  const chosen = columns[at] && x(columns[at].step);
  return html`${shadedPaths(columns, range, across).map(
    (d, shade) =>
      html`<path key=${shade} class="spread-shade" d=${d} style=${{ fillOpacity: (shade + 1) / SHADES }} />`,
  )}
    ${valueTicks.map(
      (value, i) =>
        html`<g key=${value}><line class="spread-grid" x1=${LEFT} x2=${wide - RIGHT} y1=${y(value)} y2=${y(value)} />
          <text x=${LEFT - 6} y=${y(value) + 4} text-anchor="end">${valueTexts[i]}</text></g>`,
    )}
    ${stepTicks.map((step) => html`<text key=${`step ${step}`} x=${x(step)} y=${BAND_HIGH - 6} text-anchor="middle">${count(step)}</text>`)}
    <polyline class="spread-median" points=${medians.join(" ")} />
    ${chosen !== undefined && html`<path class="spread-chosen" d=${`M${chosen} ${TOP - 6}V${bottom + 4}`} />`}`;
}

/** The bins themselves. @param {{histogram: Histogram, unit: string, noun: string, label: string}} props */
export function Bars({ histogram: { edges, counts }, unit, noun, label }) {
  const { ref, wide } = useWidth();
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const most = Math.max(...counts);
  const bottom = BARS_HIGH - BOTTOM;
  const x = (/** @type {number} */ value) =>
    LEFT + ((value - low) / (high - low || 1)) * (wide - LEFT - RIGHT);
  const y = (/** @type {number} */ number) => bottom - (number / most) * (bottom - TOP);
  const bars = counts.map((number, i) =>
    number ? `M${x(edges[i])} ${bottom}V${y(number)}H${x(edges[i + 1])}V${bottom}z` : "",
  );
  const ticks = roundTicks([low, high], Math.max(2, (wide - LEFT) / TICK_ROOM));
  const texts = tickTexts(ticks);
  const numbers = roundTicks([0, most], 4).filter(Number.isInteger);
  return html`<div ref=${ref} class="spread-bars" role="img" aria-label=${label}>
    <svg width=${wide} height=${BARS_HIGH} aria-hidden="true">
      ${numbers.map(
        (number) =>
          html`<g key=${`n ${number}`}><line class="spread-grid" x1=${LEFT} x2=${wide - RIGHT} y1=${y(number)} y2=${y(number)} />
            <text x=${LEFT - 6} y=${y(number) + 4} text-anchor="end">${count(number)}</text></g>`,
      )}
      <path class="spread-shade" d=${bars.join("")} />
      ${low < 0 && high > 0 && html`<path class="spread-zero" d=${`M${x(0)} ${TOP}V${bottom}`} />`}
      ${ticks.map((value, i) => html`<text key=${value} x=${x(value)} y=${BARS_HIGH - 6} text-anchor="middle">${texts[i]}</text>`)}
    </svg><p class="spread-axis">across: ${unit}; upwards: ${noun} in a bin</p></div>`;
}
