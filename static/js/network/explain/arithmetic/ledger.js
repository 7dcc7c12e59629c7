/** What adds up, line under line, and the sentence that it does. */

import { html } from "../../../shared/html.js";
import { decimalsFor, exact, inDecimals, sizeOf } from "../digits.js";

/** @typedef {{name: any, value: number, strong?: boolean}} Line */

/** Lines with their numbers below each other at the decimal point. @param {{lines: Line[]}} props */
export function Ledger({ lines }) {
  const decimals = decimalsFor(sizeOf(lines.map((line) => line.value)));
  const text = (/** @type {number} */ v) => inDecimals(v, decimals);
  return html`<table class="ledger"><tbody>${lines.map(
    ({ name, value, strong }, i) => html`<tr key=${i} class=${strong ? "total" : ""}>
      <th scope="row">${name}</th><td class="sign">${strong ? "=" : i ? (value < 0 ? "−" : "+") : ""}</td><td>${text(i && !strong ? Math.abs(value) : value)}</td></tr>`,
  )}</tbody></table>`;
}

/** The last line: what the parts come to, which a silenced filter would give but does not.
 * @param {{total: number, silenced?: boolean, would_be?: number}} answer @param {string} name @returns {Line} */
export const lastLine = ({ total, silenced, would_be }, name) =>
  silenced
    ? { name: `${name}, were it not silenced`, value: would_be ?? total, strong: true }
    : { name, value: total, strong: true };

/** That the parts come to what the network has, with both numbers.
 * @param {{about: {value: number, total: number, bound: number, matches: boolean}, what?: string, verb?: string}} props */
export function SumCheck({ about, what = "the network has", verb = "adds up to" }) {
  const { value, total, bound, matches } = about;
  const [parts, whole] = [exact(total), exact(value)];
  const rounded = matches && parts !== whole; // the last figures may differ, and are right all the same
  const tip = `They differ by ${Math.abs(value - total).toExponential(1)}; ${bound.toExponential(1)} is allowed for rounding in 32-bit arithmetic.`;
  return html`<p class=${`sum-check ${matches ? "" : "mismatch"}`} title=${tip}>
    ${matches ? "✓ " : "✗ "}${verb} <b data-test="total">${parts}</b> — ${what} <b data-test="value">${whole}</b>${rounded && ", the same within rounding"}</p>`;
}
