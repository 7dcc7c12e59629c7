/** The network's answers, always in the window: beside the drawing, or on a phone the best three below it. */
import { percent } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { valueAt } from "../explain/places.js";
import { togglePin } from "../explain/pointing.js";
import { askWhy } from "../intents.js";
import { probabilitiesOf } from "../slow-motion/phases.js";
import {
  answersBeside,
  drawingSize,
  observed,
  plan,
  predictions,
  probe,
  replay,
  run,
} from "../state.js";
import { MapButton } from "./buttons.js";

const BEST = 3;
const LOW_PX = 27; // a class's place in which name and bar stand side by side

/** The shares of the classes: of the probe, or of slow motion's picture. @param {number} many classes
 * @returns {(number | null)[]} */
function shares(many) {
  const slow = replay.value;
  const last = plan.value?.columns.find((column) => column.role === "classes");
  const known = slow ? last && probabilitiesOf(slow, last.name) : predictions.value?.probabilities;
  return Array.from({ length: many }, (_, i) => known?.[i] ?? null);
}

/** The right class; null: it is not known. */
function truth() {
  if (replay.value) return replay.value.example.label;
  return run.value?.trainable ? (probe.value?.label ?? null) : null; // of another set: another's class
}

/** @param {{index: number}} props */
function ClassBar({ index }) {
  const share = shares(index + 1)[index];
  const name = run.value?.classes[index] ?? `output ${index}`;
  const right = truth() === index;
  return html`<span class=${`class ${right ? "truth" : ""}`}>
    <span class="class-name" title=${name}>${right && html`<abbr title="the true class">✓ </abbr>`}${name}</span>
    <span class="class-share">${percent(share, 0)}</span>
    <span class="class-bar"><i style=${{ transform: `scaleX(${share ?? 0})` }}></i></span>
  </span>`;
}

const Why = () =>
  !observed.value &&
  html`<button type="button" class="quiet ask-why" onClick=${() => askWhy()}>Why this answer?</button>`;

/** The column of the classes, if the network has one. */
const classColumn = () => plan.value?.columns.find((column) => column.role === "classes") ?? null;

/** All classes, each at the height of its weights. */
export function Answers() {
  const column = classColumn();
  const answers = plan.value?.answers;
  if (!column || !answers) return null;
  const low = column.height / column.cells.length < LOW_PX * drawingSize.value.type;
  return html`<aside class=${low ? "answers low" : "answers"} aria-label="The network's answers" style=${{ width: `${answers.width}px` }}>
    <div class="head"><b class="name">answers</b><span>how sure it is</span><${Why} /></div>
    <div class="plate" data-answers=${column.name} style=${{ height: `${column.height}px` }}>${column.cells.map(
      (cell, i) => {
        const place = { ...cell.map, x: 0 };
        return html`<${MapButton} key=${i} column=${column} cell=${cell} first=${i === 0} place=${place}><${ClassBar} index=${cell.channel} /><//>`;
      },
    )}</div></aside>`;
}

/** The best three, for a window that is too narrow for a column of them. */
export function BestAnswers() {
  predictions.value;
  const column = classColumn();
  if (!column || answersBeside.value) return null;
  const known = shares(column.cells.length);
  const best = column.cells
    .map((cell) => ({ cell, share: known[cell.channel] ?? 0 }))
    .sort((a, b) => b.share - a.share)
    .slice(0, BEST);
  return html`<aside class="best-answers" aria-label="The network's best answers">${best.map(
    ({ cell }, place) =>
      html`<button type="button" key=${place} class="best" onClick=${() => togglePin(valueAt(column, cell, 0.5, 0.5))}><${ClassBar} index=${cell.channel} /></button>`,
  )}<${Why} /></aside>`;
}
