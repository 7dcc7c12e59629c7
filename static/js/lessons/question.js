/** A lesson's question: a guess where it is a number, and the answer as the figure has it. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { html } from "../shared/html.js";
import { task } from "./async-status.js";
import { Status } from "./components.js";

/** @typedef {{text: any, number?: number}} Answer `number`: what a guess is compared with */

/** @param {{guess: number | null, number: number | undefined}} props */
function Verdict({ guess, number }) {
  if (guess === null || number === undefined) return null;
  const right = guess === number;
  return html`<p class=${right ? "verdict right" : "verdict"}>${
    right ? `Yes: ${number}.` : `Not ${guess}: ${number}.`
  }</p>`;
}

/** @param {{label: string, onGuess: (value: number | null) => void}} props */
const Guess = ({ label, onGuess }) =>
  html`<label class="pick"><span>${label}</span><input type="number" step="any" inputmode="decimal"
    onInput=${(/** @type {any} */ event) => {
      const { value } = event.currentTarget;
      onGuess(value === "" ? null : Number(value));
    }} /></label>`;

/**
 * @param {{compute: () => Promise<Answer>, guess?: string}} props `compute` asks the figure or the
 *   server: no answer is written down anywhere
 */
export function Question({ compute, guess }) {
  const work = useMemo(task, []);
  const answer = useSignal(/** @type {Answer | null} */ (null));
  const guessed = useSignal(/** @type {number | null} */ (null));
  const reveal = () =>
    work.start("Computing the answer…", async () => {
      answer.value = await compute();
    });
  return html`<div class="reveal">
    <div class="figure-controls">${
      guess &&
      html`<${Guess} label=${guess} onGuess=${(/** @type {number | null} */ value) => {
        guessed.value = value;
        answer.value = null;
      }} />`
    }<button type="button" disabled=${Boolean(work.busy.value)} onClick=${reveal}>${
      guess ? "Check the answer" : "Show the answer"
    }</button></div>
    <${Status} task=${work} />
    <div aria-live="polite">${
      answer.value &&
      html`<div class="answered"><${Verdict} guess=${guessed.value} number=${answer.value.number} />
        <div>${answer.value.text}</div></div>`
    }</div></div>`;
}
