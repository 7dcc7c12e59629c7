/** Signed numbers as bars on one scale, each with its name. */
import { html } from "../../../shared/html.js";

/** @typedef {{name: string, value: number | null, text: string}} Bar */

/** The part of the scale from zero to a value. @param {number} value @param {number} low @param {number} high both with zero */
function span(value, low, high) {
  const size = high - low || 1;
  const left = (Math.min(0, value) - low) / size;
  return { left: `${100 * left}%`, width: `${(100 * Math.abs(value)) / size}%` };
}

/** @param {Bar[]} bars */
export function scaleOf(bars) {
  const values = bars.map(({ value }) => value ?? 0);
  return { low: Math.min(0, ...values), high: Math.max(0, ...values) };
}

/** @param {{bar: Bar, low: number, high: number}} props */
export const BarRow = ({ bar: { name, value, text }, low, high }) =>
  html`<span class="learned-name">${name}</span><span class="learned-bar" aria-hidden="true"><i class=${(value ?? 0) < 0 ? "against" : ""} style=${span(value ?? 0, low, high)}></i></span><span class="learned-number">${text}</span>`;

/** @param {{bars: Bar[], label: string}} props */
export function Bars({ bars, label }) {
  const scale = scaleOf(bars);
  return html`<ul class="learned-bars" aria-label=${label}>${bars.map(
    (bar) => html`<li key=${bar.name}><${BarRow} bar=${bar} ...${scale} /></li>`,
  )}</ul>`;
}
