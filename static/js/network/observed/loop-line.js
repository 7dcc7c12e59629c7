/** How somebody's own training loop goes: whether it is there, how fast, and what watching costs it. */
import { percent, short } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { Term } from "../page/tip.js";
import { liveRun, loop, slowTick } from "../state.js";

const STATES = {
  connected: "Your loop is connected",
  lost: "Your loop went away without a word; it comes back by itself if it still runs",
  ended: "Your loop has ended",
};
const COST =
  "The share of your loop's time that watching takes, over the last seconds. Frames come more seldom until it is below the max_overhead of convscope.watch.";
const STEER = "convscope.watch(…, control=True) lets the page pause it and step it.";

/** @param {NonNullable<import("../../shared/types.js").Run["loop"]>} now */
function whatItDoes(now) {
  if (now.state !== "connected") return STATES[now.state];
  if (now.waits) return "Your loop waits: it was paused from here";
  return liveRun.value?.state === "playing" ? "Your loop trains" : STATES.connected;
}

export function LoopLine() {
  slowTick.value;
  const now = loop.value;
  if (!now) return null;
  const trains = now.state === "connected" && now.steps_per_second > 0;
  return html`<p class="loop-line" role="status" data-state=${now.state}>
    <span class="loop-dot" aria-hidden="true"></span><b>${whatItDoes(now)}</b>
    ${trains && html`<span><${Term} tip=${COST}>watching costs<//> ${percent(now.overhead)}</span>`}
    ${trains && now.frames_per_second > 0 && html`<span>${short(now.frames_per_second)} frames/s</span>`}
    ${now.state === "connected" && !now.controllable && html`<span class="faded"><${Term} tip=${STEER}>runs by itself<//></span>`}
  </p>`;
}
