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

/** @param {Named[]} files */
export const hasPicture = (files) => files.some(picture);

/** Words for halves, which are no classes. */
const HALF = /^(train(ing|set)?|test(ing)?|val(id|idation)?|held[-_]?out|eval)$/i;

/**
 * How many folders are around those that are classes, halves included: as the server finds it (`class_level`) of files
 * that come together, of which a request has only some.
 * @param {Named[]} files
 */
export function classLevel(files) {
  const paths = files
    .filter(picture)
    .map(({ name }) => name.split("/").filter(Boolean).slice(0, -1));
  const depths = paths.map(({ length }) => length);
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0);
  let inHalves = false;
  for (let level = 0; level < deepest; level++) {
    const names = new Set(paths.filter((path) => path.length > level).map((path) => path[level]));
    const deeper = depths.some((depth) => depth > level + 1);
    if (deeper && !inHalves && [...names].every((name) => HALF.test(name))) inHalves = true;
    else if (names.size > 1) return level;
  }
  return Math.max(0, depths.reduce((least, depth) => Math.min(least, depth), depths[0] ?? 0) - 1);
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
