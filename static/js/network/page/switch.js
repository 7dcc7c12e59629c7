/** One of a few, as radio buttons that look like one switch. */
import { html } from "../../shared/html.js";

/**
 * @param {{label: string, tip: string, choices: [string, string][], now: import("@preact/signals").Signal<any>, name: string}} props
 */
export function Switch({ label, tip, choices, now, name }) {
  return html`<div class="field" role="radiogroup" aria-label=${label} aria-description=${tip} data-tour=${name} data-tip=${tip}>
    <span class="name">${label}</span>
    <span class="switch">${choices.map(
      ([value, text]) => html`<label key=${value} class=${now.value === value ? "on" : ""}>
        <input type="radio" name=${name} value=${value} checked=${now.value === value}
          onChange=${() => {
            now.value = value;
          }} />${text}</label>`,
    )}</span>
  </div>`;
}
