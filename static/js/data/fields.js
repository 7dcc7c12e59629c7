/** Parts that choose files and take text. */
import { useRef } from "preact/hooks";
import { isComposing } from "../shared/composing.js";
import { html } from "../shared/html.js";
import { namedFiles } from "./dropped.js";

/** A button that chooses files.
 * @param {{says: any, label: string, folder?: boolean, accept?: string, capture?: string, primary?: boolean,
 *   onFiles: (files: import("../shared/types.js").Named[]) => void}} props `label`: of its input */
export function Choose({ says, label, folder = false, accept, capture, primary = false, onFiles }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const onChange = (/** @type {any} */ event) => {
    onFiles(namedFiles(event.currentTarget.files));
    event.currentTarget.value = ""; // so that the same may be chosen again
  };
  return html`<button type="button" class=${primary ? "primary" : ""} onClick=${() => input.current?.click()}>${says}</button>
    <input type="file" multiple hidden ref=${input} webkitdirectory=${folder} accept=${accept} capture=${capture}
      aria-label=${label} onChange=${onChange} />`;
}

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
