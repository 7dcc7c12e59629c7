/** Files that are chosen. */
import { useRef } from "preact/hooks";
import { html } from "./html.js";

/** @typedef {import("./types.js").Named} Named */

/** @param {Iterable<File>} files @returns {Named[]} */
export const namedFiles = (files) =>
  [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));

/** A button that chooses files.
 * @param {{says: any, label: string, folder?: boolean, accept?: string, capture?: string, primary?: boolean, multiple?: boolean,
 *   onFiles: (files: Named[]) => void}} props `label`: of its input */
export function Choose({
  says,
  label,
  folder = false,
  accept,
  capture,
  primary = false,
  multiple = true,
  onFiles,
}) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const onChange = (/** @type {any} */ event) => {
    onFiles(namedFiles(event.currentTarget.files));
    event.currentTarget.value = ""; // so that the same may be chosen again
  };
  return html`<button type="button" class=${primary ? "primary" : ""} onClick=${() => input.current?.click()}>${says}</button>
    <input type="file" multiple=${multiple} hidden ref=${input} webkitdirectory=${folder} accept=${accept} capture=${capture}
      aria-label=${label} onChange=${onChange} />`;
}
