/** The actions of the page of the data sets. */

import { batch } from "@preact/signals";
import { dataServer } from "../shared/data-server.js";
import { noticeError } from "../shared/notices.js";
import { address, Problem, server } from "../shared/server.js";
import * as classes from "./classes.js";
import { areLoose, batches, bytesOf, classLevel, hasPicture, titleOf } from "./files.js";
import { forget, leave, opened, remember, remembered } from "./remembered.js";
import * as state from "./state.js";

/**
 * @typedef {import("../shared/types.js").Named} Named
 * @typedef {import("../shared/types.js").Preview} Preview
 * @typedef {import("../shared/types.js").Dataset} Dataset
 * @typedef {import("./classes.js").Choice} Choice
 */

const LOOK_MS = 300;
const GONE =
  "This data set is not there any more: it was discarded, or nobody looked at it for a day.";

// --- what there is ---------------------------------------------------------------------------------

/** Asks for the sets, and for those of this browser that are not kept yet; opens the one that was open here. */
export async function start() {
  const id = opened();
  if (id) await open(id);
  await refresh();
}

async function refresh() {
  try {
    const ids = remembered().filter((id) => id !== state.preview.peek()?.id);
    const [sets, found] = await Promise.all([server.datasets(), Promise.all(ids.map(find))]);
    batch(() => {
      state.sets.value = sets;
      state.waiting.value = found.filter((one) => one !== null && isUnkept(one));
    });
  } catch (error) {
    noticeError(error);
  }
}

/** One that was kept or discarded meanwhile is forgotten. @param {string} id */
async function find(id) {
  try {
    const found = await dataServer.preview(id);
    if (!isUnkept(found)) forget(id);
    return found;
  } catch (error) {
    if (!isGone(error)) throw error;
    forget(id);
    return null;
  }
}

/** @param {Preview | Dataset} one @returns {one is Preview} */
const isUnkept = (one) => "state" in one;

/** @param {unknown} error */
const isGone = (error) => error instanceof Problem && error.status === 404;

// --- the preview that is open here -----------------------------------------------------------------

let answers = 0; // of the server, on the preview: an older look is left

/** @param {Preview} answer @param {boolean} [changed] whether its pictures may be others */
function show(answer, changed = false) {
  answers++;
  const before = state.preview.peek();
  batch(() => {
    if (
      changed ||
      before?.id !== answer.id ||
      (before.state === "reading" && answer.state !== "reading")
    )
      state.pictures.value += 1;
    state.preview.value = answer;
    state.kept.value = null;
    state.waiting.value = state.waiting.peek().filter(({ id }) => id !== answer.id);
  });
  remember(answer.id);
  follow();
}

/** @param {Preview | Dataset} found @param {boolean} [changed] */
const showFound = (found, changed) => (isUnkept(found) ? show(found, changed) : becameSet(found));

/** @param {string} id */
export const open = (id) =>
  attempt(async () => {
    const found = await find(id);
    if (found) return showFound(found, true);
    clear();
    throw new Problem(GONE, 404);
  });

/** It goes from the page; what was read stays on the server. */
export function close() {
  clear();
  refresh();
}

/** @param {string} [id] */
function forgetOpen(id = state.preview.peek()?.id) {
  clear();
  if (id) forget(id);
}

function clear() {
  leave();
  answers++;
  batch(() => {
    state.preview.value = null;
    state.tool.value = state.active.value = null;
    state.marked.value = [];
  });
}

let following = false;

/** Looks again and again while the server works on it. */
async function follow() {
  if (following) return;
  following = true;
  while (
    state.preview.peek() &&
    (state.reading.peek() || state.keeping.peek() || state.asked.peek())
  ) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    await look();
  }
  following = false;
}

/** One that was discarded in this moment is no error. */
async function look() {
  const mine = answers;
  const id = state.preview.peek()?.id;
  if (!id) return;
  try {
    const answer = await dataServer.preview(id);
    if (mine === answers) showFound(answer);
  } catch (error) {
    if (!isGone(error) || mine !== answers) return; // it is asked again in a moment
    forgetOpen();
    refresh();
  }
}

/** When the server has read all that was sent. */
async function settled() {
  while (state.preview.peek()?.state === "reading")
    await new Promise((done) => setTimeout(done, LOOK_MS / 3));
}

/** Says why something could not be done. @template T @param {() => Promise<T>} work @returns {Promise<T | null>} */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) noticeError(error);
    return null;
  }
}

/** @type {Promise<unknown>} */
let last = Promise.resolve();

/** One change after another, each from what the one before led to.
 * @param {(id: string) => Promise<Preview | null>} work */
function change(work) {
  state.asked.value += 1;
  const mine = last.then(() =>
    attempt(async () => {
      const id = state.preview.peek()?.id;
      const answer = id ? await work(id) : null;
      if (answer && state.preview.peek()?.id === answer.id) show(answer, true);
    }),
  );
  last = mine.finally(() => {
    state.asked.value -= 1;
  });
  follow();
  return last;
}

/** @param {import("../shared/types.js").Options} options */
export const choose = (options) => change((id) => dataServer.choose(id, options));

/** @param {(now: Choice[]) => Choice[]} work */
const changeClasses = (work) =>
  change(async (id) => {
    const now = state.arranged.peek();
    return now && dataServer.choose(id, { classes: work(classes.choicesOf(now)) });
  });

/** The place of a class whose first source this is. @param {Choice[]} now @param {string} source */
const at = (now, source) => now.findIndex(({ sources }) => sources[0] === source);

/** @param {string} source @param {string} name */
export const renameClass = (source, name) =>
  changeClasses((now) => classes.renamed(now, at(now, source), name));

/** @param {string} from @param {string} into first sources of classes */
export const mergeClasses = (from, into) =>
  changeClasses((now) => classes.merged(now, at(now, from), at(now, into)));

/** @param {string} source */
export const leaveOut = (source) => changeClasses((now) => classes.without(now, at(now, source)));

/** @param {string} name as it was brought */
export const bringBack = (name) => changeClasses((now) => classes.withClass(now, name));

export const addClass = () => changeClasses((now) => classes.withClass(now, freeName(now)));

/** @param {Choice[]} now */
const freeName = (now) => classes.nextName(now.flatMap(({ name, sources }) => [name, ...sources]));

/** @param {number} number */
export function mark(number) {
  const others = state.marked.value.filter((other) => other !== number);
  state.marked.value = others.length < state.marked.value.length ? others : [...others, number];
}

/** @param {number[]} numbers */
export function removePictures(numbers) {
  state.marked.value = state.marked.value.filter((number) => !numbers.includes(number));
  return change(async (id) => {
    let answer = null;
    for (const number of numbers) answer = await dataServer.removePicture(id, number);
    return answer;
  });
}

/** Two classes without pictures, to be filled. */
export const beginWithClasses = () =>
  attempt(async () => {
    const made = await dataServer.newPreview();
    const two = ["Class 1", "Class 2"].map((name) => ({ name, sources: [name] }));
    show(await dataServer.choose(made.id, { classes: two }), true);
  });

// --- files on their way ------------------------------------------------------------------------------

/** Pictures without a folder go into the class that is worked on, or a new one. @param {Named[]} files */
export async function bringAnything(files) {
  if (!files.length) return;
  if (!areLoose(files)) await bring(files, null);
  else await bring(files, state.active.peek() ?? (await newClass()));
}

/** @returns {Promise<string>} its source */
async function newClass() {
  if (!state.preview.peek()) await beginWithClasses();
  const empty = state.arranged.peek()?.classes.find(({ train, test }) => !(train + test));
  if (empty) return empty.sources[0];
  await addClass();
  return state.arranged.peek()?.classes.at(-1)?.sources[0] ?? "Class 1";
}

/** @type {Promise<unknown>} */
let lastSent = Promise.resolve();

/** @param {Named[]} files @param {string | null} className null: as their folders say @param {boolean} [burst] */
export function bring(files, className, burst = false) {
  lastSent = lastSent.then(() => attempt(() => send(files, className, burst)));
  return lastSent;
}

/** @param {Named[]} files @param {string | null} className @param {boolean} burst */
async function send(files, className, burst) {
  const cancelled = new AbortController();
  const cancel = () => cancelled.abort();
  const of = bytesOf(files);
  let done = 0;
  state.sending.value = { done, of, cancel };
  const before = state.preview.peek();
  try {
    await last;
    const { id } = before ?? (await begin());
    const known = sourcesOf(state.arranged.peek());
    const level = classLevel(files);
    for (const some of batches(files)) {
      const wrap = className === null && hasPicture(some) ? level : null; // an archive tells its own
      const how = { className, burst, wrap, signal: cancelled.signal };
      const onSent = (/** @type {number} */ bytes) => {
        state.sending.value = { done: Math.min(of, done + bytes), of, cancel };
      };
      show(await dataServer.bring(id, some, { ...how, onSent }));
      done += bytesOf(some);
    }
    state.sending.value = null;
    await settled();
    await tidy(known);
    if (!before) await leaveIfNothingCame();
    if (!before && className === null) await nameAs(titleOf(files));
  } catch (error) {
    if (!before && (cancelled.signal.aborted || isEmpty())) await discard();
    throw error;
  } finally {
    state.sending.value = null;
  }
}

const isEmpty = () => !state.arranged.peek()?.train;

/** Who leaves meanwhile would leave some behind. */
addEventListener("beforeunload", (event) => {
  if (state.sending.peek()) event.preventDefault();
});

/** Files that cannot be read at all make no preview. */
async function leaveIfNothingCame() {
  const why = state.preview.peek()?.error;
  if (!why || !isEmpty()) return;
  await discard();
  throw new Problem(why, 422);
}

/** A set that brought no title gets one. @param {string | null} title */
async function nameAs(title) {
  if (title && state.preview.peek()?.title === null) await choose({ title });
}

async function begin() {
  const made = await dataServer.newPreview();
  show(made);
  return made;
}

/** @param {import("../shared/types.js").Arranged | null} now */
const sourcesOf = (now) =>
  new Set([
    ...(now?.left_out ?? []).map(({ name }) => name),
    ...(now?.classes ?? []).flatMap(({ sources }) => sources),
  ]);

/** Where a folder brought classes, those that were begun and never named go. @param {Set<string>} known */
async function tidy(known) {
  const now = state.arranged.peek();
  if (!now?.classes.some(({ sources }) => sources.some((source) => !known.has(source)))) return;
  const used = classes.withoutEmpty(now);
  if (used.length < now.classes.length) await choose({ classes: used });
}

// --- keeping -----------------------------------------------------------------------------------------

let unheard = new AbortController(); // of what this page asked to be kept

export async function keep() {
  await last;
  const id = state.preview.peek()?.id;
  if (!id || state.keeping.peek()) return;
  unheard = new AbortController();
  state.askedToKeep.value = true;
  follow();
  const made = await attempt(() => dataServer.keep(id, unheard.signal));
  state.askedToKeep.value = false;
  if (made && state.preview.peek()?.id === id) await becameSet(made);
  else if (made) await refresh(); // it was left meanwhile, or heard of already
}

/** What is open is kept. @param {Dataset} made */
async function becameSet(made) {
  forgetOpen();
  await refresh();
  state.kept.value = made;
}

/** It is not kept; all that was brought stays. It may have been kept in this moment. */
export const cancelKeeping = () =>
  change(async (id) => {
    unheard.abort();
    try {
      return await dataServer.cancelKeeping(id);
    } catch (error) {
      if (!isGone(error)) throw error;
      await look();
      return null;
    }
  });

/** What is being read goes; what was read before stays. */
export const cancelReading = () =>
  attempt(async () => {
    const now = state.preview.peek();
    if (now && !isEmpty()) show(await dataServer.cancelReading(now.id), true);
    else await discard();
  });

export const discard = () =>
  attempt(async () => {
    const id = state.preview.peek()?.id;
    state.sending.peek()?.cancel();
    unheard.abort();
    forgetOpen(id);
    if (id) await dataServer.discard(id);
    await refresh();
  });

/** @param {string} id of one that is not open */
export const discardWaiting = (id) =>
  attempt(async () => {
    await dataServer.discard(id);
    forget(id);
    await refresh();
  });

// --- sets that are kept ------------------------------------------------------------------------------

/** A run of the recipe that a set offers, on its page. @param {string} id */
export async function train(id) {
  state.busy.value = "Making a network for it…";
  await attempt(async () => {
    const run = await server.create(await dataServer.datasetRecipe(id));
    location.assign(address.open(run.id));
  });
  state.busy.value = null;
}

/** @param {string} id @param {{title: string, licence: string, origin: string, classes: string[]}} words */
export async function renameSet(id, words) {
  const done = await attempt(() => dataServer.renameDataset(id, words));
  if (!done) return;
  state.editing.value = null;
  state.sets.value = (state.sets.value ?? []).map((set) => (set.id === id ? done : set));
}

/** Asks whether it is to go, with the runs that use it. @param {string} id */
export const askToRemove = (id) =>
  attempt(async () => {
    const { runs } = await server.runs();
    const using = runs.filter(({ recipe }) => recipe.data?.dataset === id);
    state.deleting.value = {
      id,
      runs: using.map((run) => ({ id: run.id, name: run.name || run.id })),
    };
  });

/** A run may use it since it was asked: then it is asked again. @param {string} id @param {boolean} force */
export async function removeSet(id, force) {
  try {
    await dataServer.removeDataset(id, force);
    state.deleting.value = null;
    if (state.kept.value?.id === id) state.kept.value = null;
    await refresh();
  } catch (error) {
    if (error instanceof Problem && error.status === 409) return askToRemove(id);
    state.deleting.value = null;
    noticeError(error);
  }
  return null;
}
