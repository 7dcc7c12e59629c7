/** Files and folders that are dropped or pasted anywhere on the page; a class takes its own. */
import { namedFiles } from "../shared/choose.js";
import { takeFiles } from "../shared/dropped-files.js";
import { notice } from "../shared/notices.js";
import { droppedFiles } from "./dropped.js";
import { bring, bringAnything } from "./intents.js";
import { holdingFile } from "./state.js";

/** @typedef {import("../shared/types.js").Named} Named */

/** @param {boolean} on */
const hold = (on) => () => {
  holdingFile.value = on;
};

/** @param {Named[]} files @returns {boolean} whether they are a run's, which goes elsewhere */
function areRuns(files) {
  if (!files.some(({ name }) => name.endsWith(".convscope"))) return false;
  notice("Files of runs are taken by", { to: "runs", says: "the list of runs" });
  return true;
}

/** @param {Named[]} files */
const take = (files) => {
  if (!areRuns(files)) bringAnything(files);
};

/** @returns {() => void} undoes it */
export function bindDrop() {
  const onOver = (/** @type {DragEvent} */ event) => {
    if (event.dataTransfer?.types.includes("Files")) holdingFile.value = true;
  };
  const onLeave = (/** @type {DragEvent} */ event) => {
    if (!event.relatedTarget) holdingFile.value = false;
  };
  const onDrop = (/** @type {DragEvent} */ event) => {
    holdingFile.value = false;
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    droppedFiles(event.dataTransfer).then(take);
  };
  addEventListener("dragover", onOver);
  addEventListener("dragleave", onLeave);
  addEventListener("dragend", hold(false));
  addEventListener("drop", onDrop);
  const stop = takeFiles((files) => take(namedFiles(files))); // what is pasted: drops are taken
  return () => {
    removeEventListener("dragover", onOver);
    removeEventListener("dragleave", onLeave);
    removeEventListener("drop", onDrop);
    stop();
  };
}

/** A drop on one class. @param {DragEvent} event @param {string} source */
export function dropOnClass(event, source) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  droppedFiles(event.dataTransfer).then((files) => {
    if (!areRuns(files)) bring(files, source);
  });
}
