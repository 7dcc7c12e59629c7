/** A line of text to type. */
import { isComposing } from "../shared/composing.js";
import { html } from "../shared/html.js";

/** A line of text that is taken when it is left; Enter leaves it.
 * @param {{label: string, value: string, most: number, onText: (text: string) => void, placeholder?: string, [more: string]: any}} props */
export function Line({ label, value, most, onText, ...more }) {
  const onKey = (/** @type {any} */ event) => {
    if (isComposing(event)) return;
    if (event.key === "Escape") event.currentTarget.value = value;
    if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
  };
  const onChange = (/** @type {any} */ event) => {
    const text = event.currentTarget.value.trim();
    if (text !== value) onText(text);
  };
  return html`<input type="text" key=${value} defaultValue=${value} maxlength=${most} aria-label=${label}
    onKeyDown=${onKey} onChange=${onChange} ...${more} />`;
}
