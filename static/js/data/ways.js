/** The ways in: files that are there, or class by class; and what was just kept. */
import { useEffect, useRef } from "preact/hooks";
import { Choose } from "../shared/choose.js";
import { count, plural } from "../shared/format.js";
import { html } from "../shared/html.js";
import { beginWithClasses, bringAnything, discardWaiting, open, train } from "./intents.js";
import { busy, kept, waiting } from "./state.js";

const FromFiles = () => html`<section class="way" aria-labelledby="way-files">
    <h2 id="way-files">From files</h2>
    <p>Drop them anywhere on this page: a zip or a folder that has a folder for each class (<b>leaves/maple/1.jpg</b>).</p>
    <div class="way-buttons">
      <${Choose} primary says="Choose files…" label="Files of a data set" onFiles=${bringAnything} />
      <${Choose} folder says="Choose a folder…" label="A folder of a data set" onFiles=${bringAnything} />
    </div>
    <p class="muted">IDX pairs as MNIST has them, CIFAR-10’s <b>.bin</b> files and <b>.npz</b> are read too. The files of a pair
      are chosen together.</p>
  </section>`;

const ClassByClass = () => html`<section class="way" aria-labelledby="way-classes">
    <h2 id="way-classes">Class by class</h2>
    <p>Name what is to be told apart, and give each class its pictures: hold a button and show things to the camera,
      draw, paste, or choose photographs.</p>
    <div class="way-buttons"><button type="button" class="primary" onClick=${beginWithClasses}>Start with two classes</button></div>
    <p class="muted">Ten pictures a class are a beginning; thirty are better. Everything stays on this server.</p>
  </section>`;

/** @param {import("../shared/types.js").Preview} one */
const waitingSays = ({ title, arranged, state }) =>
  [
    title || "Without a title",
    arranged && plural(arranged.train + arranged.test, "picture"),
    state === "keeping" && "being kept",
  ]
    .filter(Boolean)
    .join(", ");

const Waiting = () =>
  waiting.value.length > 0 &&
  html`<section class="data-waiting" aria-labelledby="waiting"><h2 id="waiting">Not kept yet</h2>
    <ul>${waiting.value.map(
      (one) => html`<li key=${one.id}><span>${waitingSays(one)}</span>
        <button type="button" aria-label=${`Go on with ${waitingSays(one)}`} onClick=${() => open(one.id)}>Go on</button>
        <button type="button" aria-label=${`Discard ${waitingSays(one)}`} onClick=${() => discardWaiting(one.id)}>Discard</button></li>`,
    )}</ul>
  </section>`;

export const Ways = () =>
  html`<div class="data-ways"><${FromFiles} /><${ClassByClass} /></div><${Waiting} />`;

/** The set that was just made. */
export function Kept() {
  const set = kept.value;
  const next = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => next.current?.focus(), [set?.id]); // the button that kept it is gone
  if (!set) return null;
  return html`<section class="data-kept" aria-label="Kept" role="status">
    <p><strong>${set.title}</strong> is kept: ${count(set.train)} pictures to learn from and ${count(set.test)} held out,
      in ${count(set.classes.length)} classes.</p>
    <button type="button" class="primary" ref=${next} disabled=${Boolean(busy.value)} onClick=${() => train(set.id)}>Open a network on it</button>
  </section>`;
}
