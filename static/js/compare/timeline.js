/** One slider over the steps of both runs. */
import { html } from "../shared/html.js";
import { commonPast } from "./differences.js";
import { a, b, fork, last, shownStep, sides, step } from "./state.js";

/** @param {number} wanted the end of the slider is now, whatever comes */
const go = (wanted) => {
  step.value = wanted >= last.value ? null : Math.max(0, Math.round(wanted));
};

/** How far along the slider a step lies. @param {number} at */
const share = (at) => `${last.value ? (100 * Math.min(at, last.value)) / last.value : 0}%`;

/** How far each has come, and where one left the other. */
function Tracks() {
  return html`<div class="tracks" aria-hidden="true">
    ${sides.map(
      (side) => html`<i class=${`run-track ${side.letter}`} key=${side.letter}
        style=${{ width: share(side.run.value?.steps ?? 0) }} />`,
    )}
    ${fork.value !== null && html`<i class="fork-mark" style=${{ left: share(fork.value) }} />`}
  </div>`;
}

/** What cannot be seen from the slider alone. */
function TimelineNotes() {
  const wanted = step.value;
  const short = sides.filter((side) => (side.run.value?.steps ?? 0) < (wanted ?? last.value));
  const ends = short.map(
    (side) => `${side.letter} ends at step ${side.run.value?.steps}, which is shown.`,
  );
  const marks = sides.flatMap(({ letter, weight }) =>
    weight.value?.recomputed ? [`${letter}: ${weight.value.recomputed}`] : [],
  );
  const [one, other] = [a.run.value, b.run.value];
  const from = one && other && fork.value !== null ? [commonPast(one, other, fork.value)] : [];
  return html`<p class="muted said" role="status">${[...from, ...ends, ...marks].join(" ")}</p>`;
}

export function Timeline() {
  const now = step.value === null;
  const at = step.value ?? last.value;
  const words = now ? `now, step ${last.value}` : `step ${Math.min(at, last.value)}`;
  return html`<section class="shared-timeline" aria-label="Timeline">
    <div class="step-slider">
      <input type="range" min="0" max=${Math.max(1, last.value)} step="1" value=${Math.min(at, last.value)}
        aria-label="Step" aria-valuetext=${words}
        onInput=${(/** @type {any} */ event) => go(Number(event.currentTarget.value))} />
      <${Tracks} />
    </div>
    <span class="at">Step <input type="number" aria-label="Go to step" min="0" max=${last.value} value=${Math.min(at, last.value)}
      onChange=${(/** @type {any} */ event) => go(Number(event.currentTarget.value))} />
      <span class="muted">of ${last.value}</span></span>
    <button type="button" disabled=${now} onClick=${() => {
      step.value = null;
    }}>Now</button>
    <${TimelineNotes} />
  </section>`;
}

/** "step 137", or that it goes on. @param {import("./state.js").Side} side */
export const shownWords = (side) =>
  `step ${side.weight.value?.step ?? shownStep(side)}${
    step.value === null && side.run.value?.state === "playing" ? ", playing" : ""
  }`;
