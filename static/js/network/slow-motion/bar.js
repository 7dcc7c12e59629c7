/** The bar of slow motion: its phases, a sentence, the true numbers, and the way through it. */
import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count, percent } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { reducedMotion } from "../../shared/media-queries.js";
import { exact } from "../explain/digits.js";
import { pastStep, playing, replay, step } from "../state.js";
import { isReached } from "./progress.js";
import { closeSlow, moveBy, showPhase, slowPlaying, slowSpeed, toggleSlow } from "./slow-motion.js";

/** @typedef {import("./phases.js").Phase} Phase @typedef {import("./phases.js").Replay} Replay */

const PHASE_MS = 2600; // long enough to read its sentence
const SPEEDS = [0.5, 1, 2, 4];

/** @type {Record<string, string>} */
const PHASES = {
  batch: "Batch",
  forward: "Forward",
  loss: "Loss",
  backward: "Backward",
  update: "Update",
};

/** @type {Record<string, string>} */
const NUMBERS = {
  batch_size: "pictures",
  step: "step",
  lowest: "lowest value",
  highest: "highest value",
  largest: "largest",
  loss: "loss of the batch",
  example_loss: "loss of the picture",
  probability: "probability of the right class",
  learning_rate: "learning rate",
};

/** Goes on by itself; ends where the run goes on without it. */
function useClock() {
  useEffect(
    () =>
      effect(() => {
        const now = replay.value;
        if (!now || !slowPlaying.value) return undefined;
        if (now.at === now.phases.length - 1) {
          slowPlaying.value = false;
          return undefined;
        }
        const timer = setTimeout(() => showPhase(now.at + 1), PHASE_MS / slowSpeed.value);
        return () => clearTimeout(timer);
      }),
    [],
  );
  useEffect(
    () =>
      effect(() => {
        const now = replay.peek();
        const goesOn = playing.value || step.value > (now?.step ?? 0);
        if (now && (pastStep.value !== now.past || (now.past === null && goesOn))) closeSlow();
      }),
    [],
  );
}

/** @param {Phase} phase */
const titleOf = ({ phase, layer }) => (layer ? `${PHASES[phase]}: ${layer}` : PHASES[phase]);

/** The phases as a row of marks, in their five groups. @param {{now: Replay}} props */
function Track({ now }) {
  const groups = Object.keys(PHASES).map((phase) => ({
    phase,
    members: now.phases.flatMap((one, at) => (one.phase === phase ? [{ one, at }] : [])),
  }));
  return html`<div class="track" role="group" aria-label="Phases of the step">${groups.map(
    ({
      phase,
      members,
    }) => html`<div key=${phase} class=${`phase ${now.phases[now.at].phase === phase ? "on" : ""}`} style=${{ flexGrow: members.length }}>
      <span>${PHASES[phase]}</span>
      <div>${members.map(
        ({
          one,
          at,
        }) => html`<button type="button" key=${at} class=${at < now.at ? "past" : ""} aria-label=${titleOf(one)} title=${titleOf(one)}
          aria-current=${at === now.at ? "step" : undefined} onClick=${() => {
            slowPlaying.value = false;
            showPhase(at);
          }}></button>`,
      )}</div></div>`,
  )}</div>`;
}

/** @param {string} key @param {number | null} value */
function figure(key, value) {
  if (key === "probability") return percent(value);
  return key === "step" || key === "batch_size" ? count(value) : exact(value);
}

/** @param {{phase: Phase}} props */
function Numbers({ phase }) {
  return html`<dl class=${isReached.value ? "slow-numbers" : "slow-numbers not-yet"}>${Object.entries(
    phase.numbers,
  ).map(
    ([key, value]) =>
      html`<div key=${key}><dt>${NUMBERS[key] ?? key}</dt><dd>${isReached.value ? figure(key, value) : "…"}</dd></div>`,
  )}</dl>`;
}

function Buttons() {
  const now = replay.value;
  const last = now && now.at === now.phases.length - 1;
  return html`<div class="group">
    <button type="button" disabled=${now?.at === 0} onClick=${() => moveBy(-1)} aria-label="Back one phase" aria-keyshortcuts="ArrowLeft">←</button>
    ${
      !reducedMotion.value &&
      html`<button type="button" class="primary slow-play" onClick=${toggleSlow} aria-keyshortcuts="Space">${slowPlaying.value ? "Pause" : last ? "Again" : "Continue"}</button>`
    }
    <button type="button" disabled=${last} onClick=${() => moveBy(1)} aria-label="Forward one phase" aria-keyshortcuts="ArrowRight">→</button>
    ${
      !reducedMotion.value &&
      html`<label class="field"><span class="name">Pace</span><select value=${slowSpeed.value} onChange=${(
        /** @type {any} */ e,
      ) => {
        slowSpeed.value = Number(e.currentTarget.value);
      }}>${SPEEDS.map((speed) => html`<option value=${speed} selected=${speed === slowSpeed.value}>${speed}×</option>`)}</select></label>`
    }
    <button type="button" onClick=${closeSlow} aria-keyshortcuts="Escape">Close</button>
  </div>`;
}

export function SlowMotion() {
  useClock();
  const now = replay.value;
  if (!now) return null;
  const phase = now.phases[now.at];
  return html`<section class="slow" aria-label="One step in slow motion">
    <div class="slow-top"><h2>${now.past === null ? "Step" : "Past step"} ${count(now.step)} in slow motion</h2><${Track} now=${now} /><${Buttons} /></div>
    <div class="slow-words"><p aria-live="polite"><b>${titleOf(phase)}.</b> ${phase.says}</p><${Numbers} phase=${phase} /></div>
  </section>`;
}
