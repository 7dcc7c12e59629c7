/** The tour is offered on a first visit, and never begins by itself. */
import { signal } from "@preact/signals";
import { html } from "../../shared/html.js";
import { guideOpen } from "../state.js";

const KEY = "convscope.tour-offered";

/** Whether nobody was offered it in this browser; asking is offering. */
function isFirstVisit() {
  try {
    const first = localStorage.getItem(KEY) === null;
    localStorage.setItem(KEY, "yes");
    return first;
  } catch {
    return false; // storage is switched off: it would be offered each time
  }
}

const offered = signal(isFirstVisit());

/** @param {boolean} take */
const answer = (take) => (/** @type {MouseEvent} */ event) => {
  const byKeyboard = event.detail === 0;
  if (byKeyboard) document.getElementById("show-me-around")?.focus(); // where the focus comes back to
  offered.value = false;
  if (take) guideOpen.value = true;
};

export function TourOffer() {
  if (!offered.value || guideOpen.value) return null;
  return html`<p class="tour-offer">New here? <button type="button" class="quiet" onClick=${answer(true)}>A two-minute tour</button>
    <button type="button" class="quiet" aria-label="No tour, thanks" onClick=${answer(false)}>✕</button></p>`;
}
