/** Sentences on the page: what was done and what went wrong, until dismissed or some seconds have passed. */

import { signal } from "@preact/signals";
import { sentenceOf } from "./errors.js";

/**
 * @typedef {{to: string, says: string}} Link
 * @typedef {{id: number, text: string, wrong: boolean, link?: Link}} Notice
 */

const SHOWN_S = 12;

/** What is shown now, oldest first. */
export const notices = signal(/** @type {Notice[]} */ ([]));
let nextId = 1;

/** What was done. @param {string} text one sentence @param {Link} [link] where it leads */
export const notice = (text, link) => add({ text, link, wrong: false });

/** @param {Omit<Notice, "id">} said */
function add(said) {
  const { text } = said;
  if (notices.value.some((shown) => shown.text === text)) return;
  const id = nextId++;
  notices.value = [...notices.value.slice(-3), { id, ...said }];
  setTimeout(() => dismiss(id), SHOWN_S * 1000);
}

/** @param {number} id */
export function dismiss(id) {
  notices.value = notices.value.filter((shown) => shown.id !== id);
}

/** What went wrong. @param {unknown} error anything that was thrown */
export const noticeError = (error) => add({ text: sentenceOf(error), wrong: true });

/** What browsers report as an error though nothing failed: a size is told a frame later. */
const NO_ERROR = /^ResizeObserver loop /;

/** Errors that nobody caught are shown too. @returns {() => void} undoes it */
export function catchUncaught() {
  const onError = (/** @type {ErrorEvent} */ event) => {
    if (!NO_ERROR.test(event.message))
      noticeError(`An error occurred on this page: ${event.message}`);
  };
  const onRejection = (/** @type {PromiseRejectionEvent} */ event) => noticeError(event.reason);
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  return () => {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onRejection);
  };
}
