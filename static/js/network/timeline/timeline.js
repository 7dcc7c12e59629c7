/** The timeline: every step since 0 under one slider, and the way back to the present. */
import { signal } from "@preact/signals";
import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { backToNow, forks, look } from "../intents.js";
import { Term } from "../page/tip.js";
import { inPast, now, past, present, recomputed, step } from "../state.js";
import { TERMS } from "../terms.js";

/** How long the track is while a hand is on it: a run that trains must not pull it away. */
const held = signal(/** @type {number | null} */ (null));

/** Changes by hand, where they took effect. @param {{span: number}} props */
function Marks({ span }) {
  const changes = present.value?.interventions ?? [];
  const parent = present.value?.parent;
  const at = (/** @type {number} */ step) => ({ "--at": span ? step / span : 0 });
  return html`<span class="time-marks" aria-hidden="true">
    ${parent?.step != null && html`<i class="fork" style=${at(parent.step)} title=${`forked at step ${count(parent.step)}`} />`}
    ${changes.map((change) => html`<i key=${change.id} style=${at(change.step)} title=${`step ${count(change.step)}: ${change.says}`} />`)}
  </span>`;
}

/** What the run itself does meanwhile, and where what is shown may differ in the last digits. */
function Meanwhile() {
  const does = {
    playing: ", playing",
    stepping: ", stepping",
    halted: ", halted",
    failed: ", stopped",
  };
  const state = /** @type {"playing"} */ (present.value?.state);
  const says = `the run is at ${count(now.value)}${does[state] ?? ""}`;
  const text = inPast.value ? says : "every step is kept";
  return recomputed.value
    ? html`<small class="recomputed"><${Term} tip=${recomputed.value}>recomputed<//>; ${text}</small>`
    : html`<small>${text}</small>`;
}

export function Timeline() {
  const span = held.value ?? now.value;
  const at = past.value ?? span;
  const here = inPast.value;
  const onInput = (/** @type {any} */ event) => look(Number(event.currentTarget.value));
  const hold = () => {
    held.value = now.peek();
  };
  const release = () => {
    held.value = null;
  };
  const spoken = here ? `step ${at}, the past; the run is at step ${now.value}` : `step ${at}, now`;
  return html`<section class=${`foot-bar timeline ${here ? "past" : ""}`} aria-label="Timeline" data-test="timeline">
    <div class="time-where"><b>${here ? html`Past: <span data-test="past">step ${count(at)}</span>` : html`<${Term} tip=${TERMS.timeline}>Now<//>: step ${count(step.value)}`}</b><${Meanwhile} /></div>
    <div class="time-track"><${Marks} span=${span} />
      <input type="range" min="0" max=${span} step="1" value=${at} disabled=${span === 0} aria-label="Step looked at" aria-valuetext=${spoken}
        onInput=${onInput} onPointerDown=${hold} onPointerUp=${release} onPointerCancel=${release} onBlur=${release} /></div>
    <div class="group">
      <button type="button" class="time-past" disabled=${!here} onClick=${() => forks({})} data-tip="A new run that goes on from this step; this one stays as it is">Fork here</button>
      <button type="button" class="primary time-past" disabled=${!here} onClick=${backToNow} aria-keyshortcuts="Escape">Back to now</button>
    </div>
  </section>`;
}
