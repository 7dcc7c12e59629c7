/** A grid of numbers of which one is chosen. */
import { paint } from "./components.js";
import { plain } from "./matrix.js";
import { html } from "./prose.js";

/**
 * @param {{rows: import("./matrix.js").Rows, name: string, limit?: number,
 *   place: import("@preact/signals").Signal<{y: number, x: number}>}} props without a limit: no colours
 */
export function Values({ rows, name, limit, place }) {
  const cell = (/** @type {number} */ value, /** @type {number} */ y, /** @type {number} */ x) => {
    const on = place.value.y === y && place.value.x === x;
    const choose = () => {
      place.value = { y, x };
    };
    return html`<button type="button" class=${on ? "on" : ""} style=${limit === undefined ? null : paint(value, limit)}
      aria-pressed=${on} aria-label=${`row ${y}, column ${x}: ${plain(value)}`}
      onPointerEnter=${choose} onFocus=${choose} onClick=${choose}>${plain(value)}</button>`;
  };
  return html`<div class="cells" role="group" aria-label=${name} style=${{ "--columns": rows[0].length }}>
    <span class="grid-name">${name}</span>${rows.map((row, y) => row.map((value, x) => cell(value, y, x)))}</div>`;
}
