/** The page's keys: Space plays, the right arrow steps, Escape closes. */

import { isComposing } from "../shared/composing.js";
import { beside, unpin } from "./explain/pointing.js";
import { backToNow, closeFilter, seek, stepOnce, stopStepping, togglePlay } from "./intents.js";
import {
  codeDrawer,
  guideOpen,
  inPast,
  inspect,
  menuOpen,
  newRunOpen,
  openedFilter,
  pagesOpen,
  pastStep,
  pinned,
  plan,
  pointed,
  proposal,
  replay,
  slowKeys,
  why,
} from "./state.js";

const TYPING = "input, select, textarea, [contenteditable]";
/** What Space is for already; a slider has no use for it. */
const PRESSING = "input:not([type=range]), select, textarea, [contenteditable], button, a, summary";

/** @param {KeyboardEvent} event @param {string} selector */
const from = (event, selector) =>
  event.target instanceof Element && event.target.closest(selector) !== null;

/** A pinned number leads to its neighbours, however it was pinned.
 * @param {KeyboardEvent} event @param {import("./explain/pointing.js").NumberPlace} place */
function walkPinned(event, place) {
  const column = plan.value?.columns.find(({ name }) => name === place.layer);
  const next = column && beside(place, column, event.key);
  if (next) pinned.value = next;
  event.preventDefault();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (isComposing(event) || newRunOpen.value) return;
  if (replay.value && !from(event, event.key === " " ? PRESSING : TYPING)) {
    if (slowKeys.value?.(event.key)) event.preventDefault();
  } else if (
    pinned.value &&
    event.key.startsWith("Arrow") &&
    !from(event, `${TYPING}, [role=tab]`)
  ) {
    walkPinned(event, pinned.value);
  } else if (event.key === " " && !from(event, PRESSING)) {
    event.preventDefault();
    if (!event.repeat) togglePlay();
  } else if (pastStep.value !== null && by && !from(event, `${TYPING}, [role=tab]`)) {
    event.preventDefault();
    seek(pastStep.value + by);
  } else if (event.key === "ArrowRight" && !from(event, `${TYPING}, [role=tab]`)) {
    event.preventDefault();
    stepOnce(event.repeat);
  } else if (event.key === "Escape") {
    if (proposal.value) proposal.value = null;
    else if (menuOpen.value || pagesOpen.value) menuOpen.value = pagesOpen.value = false;
    else if (pinned.value || pointed.value) unpin();
    else if (codeDrawer.value) codeDrawer.value = null;
    else if (openedFilter.value) closeFilter();
    else if (why.value) why.value = null;
    else if (inspect.value) inspect.value = null;
    else if (inPast.value) backToNow();
    else if (guideOpen.value) guideOpen.value = false;
  }
}

/** @param {KeyboardEvent} event */
const onKeyUp = (event) => event.key === "ArrowRight" && stopStepping();

/** After a click by mouse or finger the button loses the focus, so that Space plays again.
 * @param {MouseEvent} event */
function onClick(event) {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button && event.detail > 0) button.blur();
}

/** @returns {() => void} undoes it */
export function bindKeys() {
  addEventListener("keydown", onKey);
  addEventListener("keyup", onKeyUp);
  addEventListener("click", onClick);
  return () => {
    removeEventListener("keydown", onKey);
    removeEventListener("keyup", onKeyUp);
    removeEventListener("click", onClick);
  };
}
