/** A fully connected value: the largest terms first. */
import { signal } from "@preact/signals";
import { count, plural } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { pinned } from "../../state.js";
import { decimalsFor, inDecimals, sizeOf } from "../digits.js";
import { columnOf, sourceName, unflattened } from "../names.js";
import { pinAt } from "../pointing.js";
import { linearFormula } from "./formulas.js";
import { Ledger, lastLine, SumCheck } from "./ledger.js";

const FEW = 6;
const MORE = 60;
const all = signal(false); // many terms rather than few

/** @typedef {{index: number, input: number, weight: number, product: number}} Term */

/** @param {{layer: string, term: Term}} props */
function Source({ layer, term }) {
  const column = columnOf(layer);
  if (!column?.source) return html`value ${term.index}`;
  const { channel, y, x } = unflattened(column, term.index);
  const flat = column.source.role === "vector";
  const text = flat ? sourceName(column, channel) : `${sourceName(column, channel)} (${y}, ${x})`;
  if (!pinned.value) return text;
  const place = { layer: column.source.name, channel, y, x };
  return html`<button type="button" class="open" onClick=${() => pinAt(place)}>${text}</button>`;
}

/** @param {{answer: any, few: number}} props */
function Terms({ answer, few }) {
  /** @type {Term[]} */
  const shown = answer.terms.slice(0, all.value ? MORE : few);
  const numbers = (/** @type {keyof Term} */ key) => decimalsFor(sizeOf(shown.map((t) => t[key])));
  const [a, b, c] = [numbers("input"), numbers("weight"), numbers("product")];
  const most = sizeOf(shown.map((term) => term.product)) || 1;
  return html`<table class="terms"><thead><tr><th scope="col">from</th><th scope="col">value</th><th scope="col">× weight</th><th scope="col">= product</th><td></td></tr></thead>
    <tbody>${shown.map(
      (
        term,
        i,
      ) => html`<tr key=${i}><th scope="row"><${Source} layer=${answer.layer} term=${term} /></th>
        <td>${inDecimals(term.input, a)}</td><td>${inDecimals(term.weight, b)}</td><td>${inDecimals(term.product, c)}</td>
        <td class="bar-cell"><i class=${term.product < 0 ? "minus" : "plus"} style=${{ width: `${(50 * Math.abs(term.product)) / most}%` }}></i></td></tr>`,
    )}</tbody></table>`;
}

/** @param {{answer: any, name?: string, few?: number}} props */
export function WeightedSum({ answer, name = "value", few = FEW }) {
  const shown = all.value ? MORE : few;
  const sum = (/** @type {Term[]} */ terms) => terms.reduce((s, t) => s + t.product, 0);
  const terms = answer.terms.length + (answer.rest?.count ?? 0);
  const others = terms - Math.min(shown, answer.terms.length);
  const beyond = sum(answer.terms.slice(shown)) + (answer.rest?.sum ?? 0);
  const lines = [
    {
      name: `these ${Math.min(shown, answer.terms.length)}`,
      value: sum(answer.terms.slice(0, shown)),
    },
    ...(others ? [{ name: `${count(others)} more`, value: beyond }] : []),
    ...(answer.bias === null ? [] : [{ name: "bias", value: answer.bias }]),
    lastLine(answer, name),
  ];
  return html`${linearFormula(answer)}<p class="rest">${plural(terms, "term")}, the largest first:</p>
    <${Terms} answer=${answer} few=${few} />
    ${
      answer.terms.length > few &&
      html`<button type="button" class="quiet more" onClick=${() => {
        all.value = !all.value;
      }}>${all.value ? "Show fewer" : `Show the largest ${Math.min(MORE, answer.terms.length)}`}</button>`
    }
    <${Ledger} lines=${lines} />${!answer.silenced && html`<${SumCheck} about=${answer} />`}`;
}
