/** The timeline: every step since 0 under one slider, and the way back to the present. */
import { signal } from "@preact/signals";
import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { backToNow, proposeFork, seek } from "../intents.js";
import { nearest, recorded } from "../observed/recorded.js";
import { Term } from "../page/tip.js";
import { numbers } from "../slow-motion/numbers.js";
import { inPast, lastStep, liveRun, observed, pastStep, recomputed } from "../state.js";
import { TERMS } from "../terms.js";

const RECORDED =
  "The steps of your own loop cannot be made again here: those between the recorded ones are gone.";

/** How long the slider is while it is dragged: a run that trains must not move it. */
const frozenSpan = signal(/** @type {number | null} */ (null));

/** Interventions, where they took effect. @param {{span: number}} props */
function Marks({ span }) {
  const changes = liveRun.value?.interventions ?? [];
  const parent = liveRun.value?.parent;
  const at = (/** @type {number} */ step) => ({ "--at": span ? step / span : 0 });
  return html`<span class="time-marks" aria-hidden="true">
    ${parent?.step != null && html`<i class="fork" style=${at(parent.step)} title=${`forked at step ${count(parent.step)}`} />`}
    ${changes.map((change) => html`<i key=${change.id} style=${at(change.step)} title=${`step ${count(change.step)}: ${change.says}`} />`)}
  </span>`;
}

/** What of the past can be looked at. */
const kept = () =>
  observed.value
    ? html`<${Term} tip=${RECORDED}>${count(recorded.value.length)} steps are recorded<//>`
    : "every step is kept";

/** What the run itself does meanwhile, and where what is shown may differ in the last digits. */
function RunStatus() {
  const does = {
    playing: ", playing",
    stepping: ", stepping",
    halted: ", halted",
    failed: ", stopped",
  };
  const state = /** @type {"playing"} */ (liveRun.value?.state);
  const says = `the run is at ${count(lastStep.value)}${does[state] ?? ""}`;
  const text = inPast.value ? says : kept();
  return recomputed.value
    ? html`<small class="recomputed"><${Term} tip=${recomputed.value}>recomputed<//>; ${text}</small>`
    : html`<small>${text}</small>`;
}

export function Timeline() {
  const span = frozenSpan.value ?? lastStep.value;
  const at = pastStep.value ?? span;
  const here = inPast.value;
  const onInput = (/** @type {any} */ event) => seek(nearest(Number(event.currentTarget.value)));
  const hold = () => {
    frozenSpan.value = lastStep.peek();
  };
  const release = () => {
    frozenSpan.value = null;
  };
  const spoken = here
    ? `step ${at}, the past; the run is at step ${lastStep.value}`
    : `step ${at}, now`;
  return html`<section class=${`foot-bar timeline ${here ? "past" : ""}`} aria-label="Timeline" data-test="timeline">
    <div class="time-where"><b>${here ? html`Past: <span data-test="past">step ${count(at)}</span>` : html`<${Term} tip=${TERMS.timeline}>Now<//>: step ${count(numbers.value.step)}`}</b><${RunStatus} /></div>
    <div class="time-track"><${Marks} span=${span} />
      <input type="range" min="0" max=${span} step="1" value=${at} disabled=${span === 0 || (observed.value && !recorded.value.length)} aria-label="Step shown" aria-valuetext=${spoken}
        onInput=${onInput} onPointerDown=${hold} onPointerUp=${release} onPointerCancel=${release} onBlur=${release} /></div>
    <div class="group">
      ${!observed.value && html`<button type="button" class="time-past" disabled=${!here} onClick=${() => proposeFork({})} data-tip="A new run that continues from this step; this one stays unchanged">Fork here</button>`}
      <button type="button" class="primary time-past" disabled=${!here} onClick=${backToNow} aria-keyshortcuts="Escape">Back to now</button>
    </div>
  </section>`;
}
