/** Files that are dropped or pasted anywhere on a page: given to it, and never opened in its place. */
import { ROOT } from "./server.js";

/** What is typed into takes what is pasted. */
const TYPING = "input, textarea, [contenteditable]";

/** @param {DataTransfer | null} data */
const holdsFiles = (data) => Boolean(data?.types.includes("Files"));

/**
 * @param {(files: File[]) => void} take @returns {() => void} undoes it
 */
export function takeFiles(take) {
  const onOver = (/** @type {DragEvent} */ event) => {
    if (holdsFiles(event.dataTransfer)) event.preventDefault();
  };
  const onDrop = (/** @type {DragEvent} */ event) => {
    if (!holdsFiles(event.dataTransfer)) return;
    const taken = event.defaultPrevented; // by a part of the page
    event.preventDefault();
    if (!taken) take([...(event.dataTransfer?.files ?? [])]);
  };
  const onPaste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || (event.target instanceof Element && event.target.closest(TYPING))) return;
    event.preventDefault();
    take(files);
  };
  addEventListener("dragover", onOver);
  addEventListener("drop", onDrop);
  addEventListener("paste", onPaste);
  return () => {
    removeEventListener("dragover", onOver);
    removeEventListener("drop", onDrop);
    removeEventListener("paste", onPaste);
  };
}

/** @param {{type: string, name: string}} file whether it is a picture, by what its type or name says */
export const isPicture = ({ type, name }) =>
  type.startsWith("image/") || /\.(png|jpe?g|webp|gif|bmp|avif|hei[cf])$/i.test(name);

/** What a data set is made of, but for pictures. @param {{name: string}} file */
export const isData = ({ name }) => /\.(zip|npz|bin|gz)$|-ubyte$/i.test(name);

/** Where that is taken. */
export const DATA_PAGE = { to: `${ROOT}data`, says: "the page of the data sets" };
