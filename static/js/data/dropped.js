/** What a drop or a choice holds, as files with the paths that they were found at. */
import { namedFiles } from "../shared/choose.js";

/** @typedef {import("../shared/types.js").Named} Named */

/** Folders are walked through. @param {DataTransfer} data of a drop @returns {Promise<Named[]>} */
export function droppedFiles(data) {
  const items = [...data.items].filter(({ kind }) => kind === "file"); // gone after this turn
  const entries = items.map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) {
    return Promise.resolve(namedFiles(data.files));
  }
  return walked(entries.filter((entry) => entry !== null && entry !== undefined));
}

/** @param {FileSystemEntry[]} entries @returns {Promise<Named[]>} */
async function walked(entries) {
  /** @type {Named[]} */
  const found = [];
  for (const entry of entries) {
    if (entry.isDirectory) {
      const folder = /** @type {FileSystemDirectoryEntry} */ (entry);
      found.push(...(await walked(await entriesOf(folder))));
    } else found.push(await fileOf(/** @type {FileSystemFileEntry} */ (entry)));
  }
  return found;
}

/** @param {FileSystemFileEntry} entry @returns {Promise<Named>} */
const fileOf = (entry) =>
  new Promise((done, failed) =>
    entry.file((file) => done({ name: entry.fullPath.replace(/^\//, ""), file }), failed),
  );

/** All of them: a reader gives a hundred at a time. @param {FileSystemDirectoryEntry} folder */
async function entriesOf(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return all;
    all.push(...some);
  }
}
