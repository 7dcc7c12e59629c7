/** Files on their way to the server: which go together in one request, and in what order. Pure. */

import { isPicture } from "../shared/dropped-files.js";

/** @typedef {import("../shared/types.js").Named} Named */

export const MOST_FILES = 200; // a request
export const MOST_BYTES = 24 * 1024 * 1024; // a request, unless one file is larger

/** @param {Named} named */
const picture = ({ name, file }) => isPicture({ name, type: file.type });

/** The folder that a file is in, with those around it; "" for none. @param {string} name */
const folderOf = (name) => name.slice(0, Math.max(0, name.lastIndexOf("/")));

/** What a set could be called: the name of its zip or folder. @param {Named[]} files @returns {string | null} */
export function titleOf(files) {
  const [first] = files[0].name.split("/");
  if (files.every(({ name }) => name.startsWith(`${first}/`))) return first;
  return files.length === 1 ? first.replace(/\.(zip|npz)$/i, "") : null;
}

/** Whether these are pictures without a folder, which need a class. @param {Named[]} files */
export const areLoose = (files) =>
  files.length > 0 && files.every((named) => picture(named) && !folderOf(named.name));

/** Words for halves, which are no classes. */
const HALF = /^(train(ing|set)?|test(ing)?|val(id|idation)?|held[-_]?out|eval)$/i;

/**
 * How many folders around all pictures, and between each class and its pictures, are no classes: as the server finds
 * it of files that come together, of which a request has only some.
 * @param {Named[]} files
 */
export function layoutOf(files) {
  const paths = files.filter(picture).map(({ name }) => name.split("/").filter(Boolean));
  const wrap = wrapOf(paths);
  return { wrap, inside: insideOf(paths.map((path) => path.slice(wrap, -1))) };
}

/** Folders of one name in every class, as maple/images and oak/images. @param {string[][]} paths of folders */
function insideOf(paths) {
  const folders = paths.map((path) => {
    const end = path.findLastIndex((name) => !HALF.test(name)) + 1;
    return path.slice(HALF.test(path[0] ?? "") ? 1 : 0, Math.max(end, 1));
  });
  const deepest = folders.reduce((most, { length }) => Math.max(most, length), 0);
  for (let inside = 0; inside < deepest; inside++) {
    const names = folders.map((path) => path.at(-1 - inside)).filter((name) => name !== undefined);
    if (new Set(names).size > 1) return inside;
  }
  return 0;
}

/** @param {string[][]} paths */
function wrapOf(paths) {
  for (let wrap = 0; ; wrap++) {
    const folders = new Set(
      paths.filter((path) => path.length > wrap + 1).map((path) => path[wrap]),
    );
    const inside = new Set(
      paths.filter((path) => path.length > wrap + 2).map((path) => path[wrap + 1]),
    );
    const beside = paths.some((path) => path.length === wrap + 2);
    const goesOn = inside.size > 1 || (inside.size > 0 && !beside);
    if (folders.size !== 1 || !goesOn || HALF.test([...folders][0])) return wrap;
  }
}

/**
 * The files of each folder spread evenly over all, so that every request has some of most folders
 * and the server sees in each which folders are classes.
 * @param {Named[]} files @returns {Named[]}
 */
export function spread(files) {
  /** @type {Map<string, Named[]>} */
  const folders = new Map();
  for (const named of files) {
    const folder = folderOf(named.name);
    folders.set(folder, [...(folders.get(folder) ?? []), named]);
  }
  const placed = [...folders.values()].flatMap((some) =>
    some.map((named, i) => ({ named, at: (i + 0.5) / some.length })),
  );
  return placed.sort((a, b) => a.at - b.at).map(({ named }) => named);
}

/**
 * Requests' files: what is no picture goes together, since the files of a pair do, and is first.
 * @param {Named[]} files @returns {Named[][]}
 */
export function batches(files) {
  const others = files.filter((named) => !picture(named));
  return [
    ...cut(others, Number.POSITIVE_INFINITY),
    ...cut(spread(files.filter(picture)), MOST_BYTES),
  ];
}

/** @param {Named[]} files @param {number} bytes @returns {Named[][]} */
function cut(files, bytes) {
  /** @type {Named[][]} */
  const made = [];
  let size = 0;
  for (const named of files) {
    const last = made.at(-1);
    size += named.file.size;
    if (last && last.length < MOST_FILES && size <= bytes) last.push(named);
    else {
      made.push([named]);
      size = named.file.size;
    }
  }
  return made;
}

/** @param {Named[]} files */
export const bytesOf = (files) => files.reduce((sum, { file }) => sum + file.size, 0);
