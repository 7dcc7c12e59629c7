/** The fields of the sheet that starts a run, each with a sentence on what is chosen. */
import { html } from "../../shared/html.js";

/** A field, and a sentence on what is chosen in it.
 * @param {{label: string, name: string, changed: boolean, says: string, children?: any}} props */
const Choice = ({ label, name, changed, says, children }) =>
  html`<div class=${changed ? "choice changed" : "choice"}>
    <label for=${`new-${name}`}>${label}</label>${children}
    <p id=${`new-${name}-says`}>${says}</p>
  </div>`;

/**
 * @param {{label: string, name: string, value: string, changed: boolean,
 *   options: import("./choices.js").Option[], onPick: (value: string) => void, children?: any}} props
 */
export function Select({ label, name, value, changed, options, onPick, children }) {
  const says = options.find((option) => option.value === value)?.says ?? "";
  return html`<${Choice} label=${label} name=${name} changed=${changed} says=${says}>
    <select id=${`new-${name}`} value=${value} aria-describedby=${`new-${name}-says`}
      onChange=${(/** @type {any} */ e) => onPick(e.currentTarget.value)}>
      ${options.map((o) => html`<option value=${o.value} selected=${o.value === value} disabled=${o.disabled}>${o.text}</option>`)}
    </select><//>${children}`;
}

/** @param {{label: string, name: string, value: number, changed: boolean, says: string, least: number, onPick: (v: number) => void}} props */
export function Whole({ label, name, value, changed, says, least, onPick }) {
  const set = (/** @type {any} */ e) => {
    const next = Math.round(Number(e.currentTarget.value));
    if (e.currentTarget.value !== "" && Number.isFinite(next)) onPick(Math.max(least, next));
  };
  return html`<${Choice} label=${label} name=${name} changed=${changed} says=${says}>
    <input id=${`new-${name}`} type="number" min=${least} step="1" value=${value} aria-describedby=${`new-${name}-says`} onInput=${set} /><//>`;
}

/** @param {{label: string, name: string, value: boolean, changed: boolean, says: string, onPick: (v: boolean) => void}} props */
export const Checked = ({ label, name, value, changed, says, onPick }) =>
  html`<${Choice} label=${label} name=${name} changed=${changed} says=${says}>
    <input id=${`new-${name}`} type="checkbox" checked=${value} aria-describedby=${`new-${name}-says`}
      onChange=${(/** @type {any} */ e) => onPick(e.currentTarget.checked)} /><//>`;
