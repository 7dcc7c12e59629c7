/** The actions of the page of the runs, and its background polling. */

import { batch } from "@preact/signals";
import { DATA_PAGE, isData, isPicture, takeFiles } from "../shared/dropped-files.js";
import { notice, noticeError } from "../shared/notices.js";
import { runName } from "../shared/run-text.js";
import { address, server } from "../shared/server.js";
import * as state from "./state.js";
import { loadThumbnails } from "./thumbnails.js";

const EVERY_MS = 2000;

/** Does something, says why it could not be done, and looks again. @param {() => Promise<any>} work */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    noticeError(error);
    return null;
  } finally {
    await refresh();
  }
}

let requests = 0;

/** Asks for all runs; an answer that is late is left. */
export async function refresh() {
  const mine = ++requests;
  try {
    const [{ runs, unreadable }, deleted] = await Promise.all([server.runs(), server.deleted()]);
    if (mine !== requests) return;
    updateList(runs, unreadable, deleted);
    loadThumbnails(runs);
    await loadTitles(runs);
  } catch {
    state.serverLost.value = true;
  }
}

/** @type {Set<string>} data sets that were asked for: one that is gone has no title */
const asked = new Set();

/** The titles of the runs' data sets, once there is one that was not asked for. @param {import("../shared/types.js").Run[]} runs */
async function loadTitles(runs) {
  const ids = runs.flatMap(({ recipe }) => recipe.data?.dataset ?? []);
  if (ids.every((id) => asked.has(id))) return;
  const sets = await server.datasets();
  for (const id of ids) asked.add(id);
  state.titles.value = new Map(sets.map(({ id, title }) => [id, title]));
}

/** @param {import("../shared/types.js").Run[]} runs @param {import("../shared/types.js").Unreadable[]} unreadable
 * @param {import("../shared/types.js").Deleted[]} deleted */
function updateList(runs, unreadable, deleted) {
  const ids = new Set(runs.map((run) => run.id));
  batch(() => {
    state.serverLost.value = false;
    state.runs.value = runs;
    state.unreadable.value = unreadable;
    state.deleted.value = deleted;
    state.chosen.value = state.chosen.value.filter((id) => ids.has(id));
    state.undoable.value = state.undoable.value.filter(({ id }) => !ids.has(id));
    state.clock.value = Date.now();
  });
}

/** Looks again every few seconds while anybody can see it. @returns {() => void} ends it */
export function startPolling() {
  const look = () => document.visibilityState === "visible" && refresh();
  const timer = setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  refresh();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

export const startNew = () =>
  attempt(async () => {
    location.assign(address.open((await server.create({})).id));
  });

/** @param {string} id @param {string} name */
export function rename(id, name) {
  state.renaming.value = null;
  const before = state.runsById.value.get(id)?.name ?? "";
  if (name.trim() === before) return;
  state.runs.value = (state.runs.value ?? []).map((run) =>
    run.id === id ? { ...run, name: name.trim() } : run,
  );
  attempt(() => server.patch(id, { name: name.trim() }));
}

/** @param {import("../shared/types.js").Run} run */
export function remove(run) {
  requests++; // a list that is under way has it still
  state.runs.value = (state.runs.value ?? []).filter(({ id }) => id !== run.id);
  attempt(async () => {
    await server.remove(run.id);
    state.undoable.value = [...state.undoable.value, { id: run.id, name: runName(run) }];
  });
}

/** @param {string} id */
export const restore = (id) =>
  attempt(async () => {
    await server.restore(id);
    state.newestRun.value = id;
  });

/** At most two are chosen: the one chosen first gives way. @param {string} id @param {boolean} on */
export function choose(id, on) {
  const others = state.chosen.value.filter((other) => other !== id);
  state.chosen.value = on ? [...others.slice(-1), id] : others;
}

/** @param {Iterable<File>} files runs' files */
export async function importFiles(files) {
  for (const file of files) {
    state.busy.value = `Reading ${file.name}…`;
    await attempt(async () => {
      state.newestRun.value = (await server.importRun(file)).id;
    });
    state.busy.value = null;
  }
}

/** A file may be dropped or pasted anywhere. @returns {() => void} undoes it */
export function bindDrop() {
  const show = (/** @type {boolean} */ on) => () => {
    state.draggingFile.value = on;
  };
  const onOver = (/** @type {DragEvent} */ event) => {
    if (event.dataTransfer?.types.includes("Files")) show(true)();
  };
  const onLeave = (/** @type {DragEvent} */ event) => {
    if (!event.relatedTarget) show(false)();
  };
  const stop = takeFiles(takeRunFiles);
  addEventListener("dragover", onOver);
  addEventListener("dragleave", onLeave);
  addEventListener("drop", show(false));
  return () => {
    stop();
    removeEventListener("dragover", onOver);
    removeEventListener("dragleave", onLeave);
  };
}

/** @param {File[]} files */
function takeRunFiles(files) {
  if (files.some(isPicture)) {
    notice("Pictures are taken on a run's own page:", { to: "./", says: "the live network" });
  } else if (files.some(isData)) notice("A data set is made by", DATA_PAGE);
  else importFiles(files);
}
