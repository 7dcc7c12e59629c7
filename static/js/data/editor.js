/** One screen on a set before it is kept: its classes, how its pictures are fitted, what stands in the way. */
import { useEffect, useRef } from "preact/hooks";
import { Choose } from "../shared/choose.js";
import { count, plural } from "../shared/format.js";
import { html } from "../shared/html.js";
import { ClassCard } from "./class-card.js";
import { Equal } from "./equal.js";
import {
  addClass,
  bringAnything,
  bringBack,
  cancelKeeping,
  cancelReading,
  choose,
  close,
  discard,
  keep,
} from "./intents.js";
import { Line } from "./line.js";
import { Settings } from "./settings.js";
import { arranged, asked, keeping, preview, reading, sending } from "./state.js";

/** How far it is: sent, read, or kept. */
function progress() {
  const now = preview.value;
  if (sending.value) {
    const { done, of } = sending.value;
    return { says: "Sending the files", share: of ? done / of : 0, done: null };
  }
  if (!now || !(reading.value || keeping.value)) return null;
  if (keeping.value) return keepingProgress(now);
  const { done, of } = now.progress;
  return {
    says: "Reading the pictures",
    share: of ? done / of : null,
    done: of ? `${count(done)} of ${count(of)}` : null,
  };
}

/** Each picture is looked at and written, which the server counts as two.
 * @param {import("../shared/types.js").Preview} now */
function keepingProgress({ state, progress: { done, of } }) {
  const known = state === "keeping" && of > 0;
  return {
    says: "Keeping",
    share: known ? done / of : null,
    done: known ? `${count(Math.floor(done / 2))} of ${count(of / 2)} pictures` : null,
  };
}

/** How far it is, or what it comes to, in the same place. */
function Progress() {
  const now = progress();
  if (!now) return html`<div class="data-progress"><span role="status">${sum()}</span></div>`;
  return html`<div class="data-progress">
    <span><span role="status">${now.says}…</span> ${now.done}</span>
    <progress aria-label=${now.says} max="1" value=${now.share ?? undefined} />
    <button type="button" onClick=${cancel}>Cancel</button></div>`;
}

function sum() {
  const now = arranged.value;
  if (!now || asked.value > 0) return "One moment…";
  if (!(now.train + now.test)) return "";
  return `${plural(now.train, "picture")} to learn from, ${count(now.test)} held out. The network sees them as they are here.`;
}

/** What is being sent ends; what is being read or kept is not. */
function cancel() {
  if (sending.value) sending.value.cancel();
  else if (keeping.value) cancelKeeping();
  else cancelReading();
}

function Head() {
  const now = preview.value;
  const stuck = !arranged.value || arranged.value.problems.length > 0;
  const waits = Boolean(reading.value || sending.value || asked.value || keeping.value);
  return html`<div class="editor-head">
    <label class="editor-title" inert=${keeping.value}><span class="name">Title</span>
      <${Line} label="Title" value=${now?.title ?? ""} most="200" placeholder="My pictures" onText=${(/** @type {string} */ title) => choose({ title })} /></label>
    <div class="editor-actions">
      <button type="button" onClick=${discard}>Discard</button>
      <button type="button" onClick=${close}>Finish later</button>
      <button type="button" class="primary" disabled=${stuck || waits} aria-describedby="editor-problems" onClick=${keep}>Keep this data set</button>
    </div>
  </div>`;
}

/** Whether nothing was brought yet: then nothing is wrong. */
function isUntouched() {
  const { refused_count = 0, options = null } = preview.value ?? {};
  const { train = 0, test = 0, left_out = [] } = arranged.value ?? {};
  return Boolean(options) && !(train + test + refused_count + left_out.length);
}

/** Whether all that was brought was refused: then why is all that there is to say. */
const nothingTaken = () => !(arranged.value?.train || arranged.value?.test);

/** Why it cannot be kept, and what is worth knowing. */
function Sentences() {
  const now = arranged.value;
  const { error = null, notes = [], recipe = null } = preview.value ?? {};
  return html`<div id="editor-problems" class="editor-sentences" aria-live="polite">
    ${error && html`<p class="wrong">${error}</p>`}
    ${now?.problems.map((says) => html`<p class=${isUntouched() ? "muted" : "wrong"} key=${says}>${says}</p>`)}
    ${now?.warnings.map((says) => html`<p key=${says}>${says}</p>`)}
    ${notes.map((says) => html`<p class="muted" key=${says}>${says}</p>`)}
    ${recipe && html`<p class="muted">${offered(recipe, now?.classes.length ?? 0)}</p>`}
  </div>`;
}

/** The network that fits. @param {any} recipe @param {number} classes */
function offered({ network: { layers } }, classes) {
  const convolutions = layers.filter((/** @type {any} */ { type }) => type === "Conv2d").length;
  return `A network that fits comes with it: ${plural(convolutions, "convolution")}, then a number for each of the ${count(classes)} classes.`;
}

/** @param {Record<string, number>} names */
const listed = (names) =>
  Object.entries(names)
    .map(([name, times]) => `${count(times)} × ${name}`)
    .join(", ");

/** What no picture came from. */
function Rest() {
  const now = preview.value;
  if (!now) return null;
  const passed = Object.values(now.passed_over).reduce((sum, n) => sum + n, 0);
  return html`<div class="editor-rest">
    ${
      now.refused_count > 0 &&
      html`<details open=${nothingTaken()}><summary>${plural(now.refused_count, "file")} refused</summary>
        <ul>${now.refused.slice(0, 100).map(({ name, why }) => html`<li><b>${name}</b>: ${why}</li>`)}</ul>
        ${now.refused_count > 100 && html`<p>and ${count(now.refused_count - 100)} more</p>`}</details>`
    }
    ${passed > 0 && html`<p class="muted">${plural(passed, "file")} passed over, as nobody’s picture: ${listed(now.passed_over)}.</p>`}
  </div>`;
}

function LeftOut() {
  const list = (arranged.value?.left_out ?? []).filter(({ pictures }) => pictures > 0);
  if (!list.length) return null;
  return html`<section class="left-out" aria-labelledby="left-out"><h3 id="left-out">Left out</h3>
    <ul>${list.map(
      ({
        name,
        pictures,
      }) => html`<li key=${name}><span>${name} <span class="muted">${plural(pictures, "picture")}</span></span>
        <button type="button" aria-label=${`Bring back ${name}`} onClick=${() => bringBack(name)}>Bring back</button></li>`,
    )}</ul></section>`;
}

const More = () => html`<div class="class-more">
    <button type="button" onClick=${addClass}>Add a class</button>
    <${Choose} says="Add files…" label="More files" onFiles=${bringAnything} />
    <${Choose} folder says="Add a folder…" label="One more folder" onFiles=${bringAnything} />
  </div>`;

export function Editor() {
  const now = arranged.value;
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => place.current?.focus({ preventScroll: true }), []); // what led here is gone
  return html`<section class="editor" ref=${place} tabindex="-1" aria-label="Before it is kept" aria-busy=${reading.value || keeping.value}>
    <${Head} />
    <${Progress} />
    <${Sentences} />
    <div class="editor-body" inert=${keeping.value}>
      <div class="editor-classes">
        <${Equal} />
        ${
          now &&
          html`<ul class="class-cards">${now.classes.map(
            (one, label) =>
              html`<${ClassCard} key=${one.sources[0]} one=${one} label=${label} all=${now.classes} shape=${now.shape} />`,
          )}</ul><${More} />`
        }
        <${LeftOut} />
        <${Rest} />
      </div>
      ${now && html`<${Settings} now=${now} />`}
    </div>
  </section>`;
}
