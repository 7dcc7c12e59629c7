/** Play, step, speed and accuracy; learning rate, momentum and reset; and what the run is made of. */

import { rate } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { folds } from "../../shared/media-queries.js";
import { noticeError } from "../../shared/notices.js";
import { changeSettings, reset, stepOnce, togglePlay } from "../intents.js";
import { LayerChoice, LoopLine } from "../lazy.js";
import { Switch } from "../page/switch.js";
import {
  datasets,
  inPast,
  kernelKind,
  models,
  newRunOpen,
  observed,
  playing,
  replay,
  run,
  slowWaiting,
  startable,
  steerable,
} from "../state.js";
import { TERMS } from "../terms.js";
import { Figures } from "./figures.js";
import { draftOf } from "./recipe-draft.js";
import { draftParts } from "./recipe-words.js";
import { whyUntrainable } from "./why-untrainable.js";

/** Steps a second; null is flat out. */
const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, null];

/** @param {number | null} speed */
const speedText = (speed) =>
  speed === null ? "flat out" : `${speed} step${speed === 1 ? "" : "s"}/s`;

/** The slider's place of a speed that may have been set over REST. @param {number | null} speed */
function speedIndex(speed) {
  if (speed === null) return SPEEDS.length - 1;
  const above = SPEEDS.findIndex((known) => known === null || known >= speed);
  return Math.max(0, above);
}

/** Why nothing can be trained; null: it can. */
export const why = () => (run.value && !observed.value ? whyUntrainable(run.value) : null);

export const Play =
  () => html`<button type="button" class="primary play" disabled=${!startable.value} onClick=${togglePlay}
    aria-keyshortcuts="Space" data-tip=${why() ?? (playing.value ? "Pause after this step. Key: Space" : "Train step after step. Key: Space")}>
    <svg viewBox="0 0 12 12" aria-hidden="true">
      ${playing.value ? html`<path d="M2 1h3v10H2zM7 1h3v10H7z" />` : html`<path d="M2 .8 11 6 2 11.2z" />`}
    </svg>${playing.value ? "Pause" : "Play"}
  </button>`;

export const Step =
  () => html`<button type="button" disabled=${!startable.value} onClick=${() => stepOnce()} aria-keyshortcuts="ArrowRight"
    data-tip=${why() ?? "One step: one batch, one update of every weight. Key: right arrow, held for more"}aria-label="Step once">Step</button>`;

const slowTip = () =>
  inPast.value
    ? "The step that led here, once more, phase by phase; nothing is trained"
    : "One real step, phase by phase: batch, forward, loss, backward, update";

/** The settings that it may stand in would lie over what it shows. @param {any} event */
function startSlow({ currentTarget }) {
  currentTarget.closest("details")?.removeAttribute("open");
  import("../slow-motion/slow-motion.js").then((module) => module.startSlowMotion(), noticeError);
}

const Slow =
  () => html`<button type="button" disabled=${!startable.value || slowWaiting.value} onClick=${startSlow} aria-expanded=${Boolean(replay.value)}
    data-tip=${why() ?? slowTip()}>Slow motion</button>`;

const Reset = () => html`<button type="button" onClick=${reset} disabled=${!run.value}
    data-tip="Back to step 0, with exactly the same first weights; the run so far is kept as another">Reset</button>`;

function Speed() {
  const now = run.value?.steps_per_second ?? (run.value ? null : 10);
  return html`<div class="dial speed">
    <span class="name"><label for="speed">Speed</label> <output for="speed">${speedText(now)}</output></span>
    <input id="speed" type="range" min="0" max=${SPEEDS.length - 1} step="1" value=${speedIndex(now)}
      aria-valuetext=${speedText(now)} disabled=${!run.value?.trainable}
      onInput=${(/** @type {any} */ e) => changeSettings({ steps_per_second: SPEEDS[Number(e.currentTarget.value)] })} />
  </div>`;
}

/**
 * A slider and a number for the same setting; the keyboard comes to the number.
 * @param {{label: string, tip: string, name: string, value: number, min: number, max: number, step: number,
 *   toSlider: (v: number) => number, fromSlider: (v: number) => number}} props
 */
function Dial({ label, tip, name, value, min, max, step, toSlider, fromSlider }) {
  const set = (/** @type {number} */ next) =>
    Number.isFinite(next) && changeSettings({ [name]: next });
  return html`<div class="dial">
    <span class="name" data-tip=${tip}>${label}</span>
    <input type="range" min=${min} max=${max} step=${step} value=${toSlider(value)} tabindex="-1"
      aria-label=${label} aria-valuetext=${rate(value)}
      onInput=${(/** @type {any} */ e) => set(fromSlider(Number(e.currentTarget.value)))} />
    <input type="number" class="number" min="0" step="any" value=${rate(value)} aria-label=${`${label}, as a number`} aria-description=${tip}
      onChange=${(/** @type {any} */ e) => e.currentTarget.value !== "" && set(Number(e.currentTarget.value))} />
  </div>`;
}

function Dials() {
  const now = run.value;
  if (!now?.trainable) return null;
  const log = (/** @type {number} */ v) => Math.log10(Math.max(1e-5, v));
  const power = (/** @type {number} */ v) => Number((10 ** v).toPrecision(2));
  const same = (/** @type {number} */ v) => v;
  return html`
    <${Dial} label="Learning rate" tip=${TERMS.learningRate} name="learning_rate" value=${now.learning_rate}
      min=${-5} max=${1} step=${0.05} toSlider=${log} fromSlider=${power} />
    ${
      now.momentum !== null &&
      html`<${Dial} label="Momentum" tip=${TERMS.momentum} name="momentum"
      value=${now.momentum} min=${0} max=${0.99} step=${0.01} toSlider=${same} fromSlider=${same} />`
    }`;
}

const openSheet = () => {
  newRunOpen.value = true;
};

/** What of the kernels is drawn. */
export const Kinds =
  () => html`<${Switch} label="Kernels show" tip=${TERMS.gradient} name="kind" now=${kernelKind}
      choices=${[["weight", "weights"], ["gradient", "gradients"], ["update", "updates"]]} />`;

function RecipeLine() {
  const now = run.value;
  const parts =
    now && !observed.value ? draftParts(draftOf(now), models.value, datasets.value) : [];
  return html`<section class="recipe" aria-label="Recipe">
    <button type="button" class="new" disabled=${!now} aria-haspopup="dialog" onClick=${openSheet}>New run…</button>
    ${observed.value && html`<${LayerChoice} />`}<p>${parts.map((part, i) => html`${i > 0 && " · "}<span>${part}</span>`)}</p>
    <${Kinds} />
  </section>`;
}

/** In a small window the settings are a menu. */
const More =
  () => html`<details class="more-settings"><summary aria-label="More settings">More</summary>
    <div class="more-menu"><div class="settings">${!observed.value && html`<${Slow} /><${Reset} />`}<${Dials} /></div><${RecipeLine} /></div></details>`;

/** What is used most; it comes before the network in the order of Tab, the settings after it. */
const Go = () =>
  observed.value
    ? html`<div class="go">${steerable.value && html`<${Play} /><${Step} />`}<${LoopLine} />${folds.value && html`<${More} />`}</div>`
    : html`<div class="go" data-tour="play"><${Play} /><${Step} />${!folds.value && html`<${Slow} />`}<${Speed} />${folds.value && html`<${More} />`}</div>`;

export function Controls() {
  return html`<section class="controls" aria-label="Controls">
    <${Go} /><${Figures} />${why() && html`<p class="why">${why()}</p>`}
  </section>`;
}

/** The rest of the row, and the row below it. */
export function Settings() {
  if (folds.value) return null;
  return html`<section class="settings" aria-label="Settings"><${Dials} />${!observed.value && html`<${Reset} />`}</section><${RecipeLine} />`;
}
