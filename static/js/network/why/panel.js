/** Why this answer: where a class score comes from, beside the same before the run learned. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { attributionFile } from "../../shared/attribution-server.js";
import { isComposing } from "../../shared/composing.js";
import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { useFocusInside } from "../page/focus.js";
import { PanelFiles } from "../panel-files/panel-files.js";
import { layers, playing, run, why } from "../state.js";
import { ContributionList } from "./contributions.js";
import { Attribution } from "./picture.js";
import { asked } from "./question.js";
import { contributionsCsv } from "./sum.js";
import {
  alikeText,
  alikeWords,
  beganHere,
  completenessWords,
  isBlank,
  METHODS,
  methodOf,
} from "./words.js";

/** @typedef {import("./question.js").Shown} Shown */

const SHEET = "(max-width: 900px)"; // there the panel lies over the page's lower part

function close() {
  why.value = null;
}

/** @param {Record<string, any>} part */
function change(part) {
  const open = why.peek();
  if (open) why.value = { ...open, ...part };
}

/** @param {{now: string}} props */
const Methods = ({ now }) =>
  html`<div class="why-methods" role="radiogroup" aria-label="Method">${METHODS.map(
    ([method, name]) => html`<label key=${method} class=${method === now ? "on" : ""}>
      <input type="radio" name="why" value=${method} checked=${method === now} onChange=${() => change({ why: method })} />${name}</label>`,
  )}</div>`;

/** @param {{says: string, label: string, now: string, choices: [string, string][], pick: (value: string) => void}} props */
const Select = ({ says, label, now, choices, pick }) =>
  html`<label class="why-choice"><span aria-hidden="true">${says}</span> <select aria-label=${label} value=${now} onChange=${(/** @type {any} */ e) => pick(e.currentTarget.value)}>${choices.map(
    ([value, text]) =>
      html`<option key=${value} value=${value} selected=${value === now}>${text}</option>`,
  )}</select></label>`;

/** Which class; unless one was chosen, the one that is first. */
function ClassChoice() {
  const now = why.value?.class ?? "";
  const first = now ? null : asked.answer.value?.is.answer.class_name;
  const classes = (run.value?.classes ?? []).map(
    (name, i) => /** @type {[string, string]} */ ([String(i), name]),
  );
  return html`<${Select} says="Why" label="Class" now=${now}
    choices=${[["", first ? `${first}, the first` : "the first"], ...classes]}
    pick=${(/** @type {string} */ value) => change({ class: value || null })} />`;
}

/** Of Grad-CAM: which convolution's maps. */
function LayerChoice() {
  const names = layers.value.filter(({ type }) => type === "Conv2d").map(({ name }) => name);
  if (!names.length) return null;
  const now = why.value?.layer ?? names[names.length - 1];
  return html`<${Select} says="at" label="Layer" now=${now} choices=${names.map((name) => [name, name])}
    pick=${(/** @type {string} */ layer) => change({ layer, region: null })} />`;
}

/** The attribution, how alike it is to its control, and the control. @param {{now: Shown}} props */
function Pictures({ now: { answer, now, control, picture } }) {
  const [, name] = methodOf(answer.method);
  const of = `${name} of ${answer.class_name}${answer.layer ? ` at ${answer.layer}` : ""}`;
  const { correlation, of: origin } = answer.control;
  const before = beganHere(answer) ? "step 0" : "a fresh draw";
  return html`<div class="why-pictures">
      <${Attribution} side=${now} picture=${picture} caption=${`Step ${count(answer.step)}`} note="" label=${of} layer=${answer.layer} />
      <p class="why-alike" aria-hidden="true">${correlation !== null && html`<b>${alikeText(correlation)}</b><span>alike</span>`}</p>
      <${Attribution} side=${control} picture=${picture} caption="Before it learned" note=${before} label=${`${of}, before it learned: ${origin}`} layer=${null} />
    </div>`;
}

/** @param {{now: Shown}} props */
function Words({ now: { answer } }) {
  const adds = completenessWords(answer);
  return html`<p class="why-words" aria-live=${playing.value ? "off" : "polite"} data-test="alike">${alikeWords(answer)}</p>
    ${!beganHere(answer) && html`<p class="why-hint">Compared with ${answer.control.of}.</p>`}
    ${adds && html`<p class="why-hint" data-test="adds">${adds}</p>`}
    ${isBlank(answer) && html`<p class="why-hint">It is 0 everywhere: nothing here speaks for ${answer.class_name}.</p>`}`;
}

/** What was pressed, or that something can be. @param {{now: Shown}} props */
function Parts({ now: { answer, contributions } }) {
  if (contributions)
    return html`<${ContributionList} of=${contributions} className=${answer.class_name} />`;
  if (answer.layer === null) return null;
  return html`<p class="why-hint">Press a place of the left picture, or drag over several, to see which filters of ${answer.layer} it comes from.</p>`;
}

/** @param {{now: Shown}} props */
function Files({ now: { run: id, answer, contributions } }) {
  const { method, layer, image, class: number, class_name, step } = answer;
  const of = layer ? `${method}-${layer}` : method;
  const title = `Why ${class_name}? ${methodOf(method)[1]}${layer ? ` at ${layer}` : ""}`;
  const npy = attributionFile(id, { method, layer, image, class: number, step });
  const table = contributions ? () => contributionsCsv(contributions) : undefined;
  return html`<${PanelFiles} panel=${`why-${of}-class-${number}`} title=${title} step=${step} npy=${npy} table=${table} />`;
}

/** In view when it opens; as a sheet it stands above the answers. */
function usePlaced() {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const foot = document.querySelector(".page-foot");
    const high = matchMedia(SHEET).matches && foot ? foot.clientHeight : 0;
    document.documentElement.style.setProperty("--why-foot", `${high}px`);
  });
  useEffect(() => {
    if (!matchMedia(SHEET).matches) ref.current?.scrollIntoView({ block: "start" });
  }, [asked.answer.value === null]);
  return ref;
}

/** Opened by a key it gets the focus; opened otherwise Space goes on playing the run. */
function Panel() {
  const ref = usePlaced();
  const byKey = useRef(document.activeElement !== document.body).current;
  const closing = useFocusInside();
  const [method, , says] = methodOf(why.value?.why);
  const now = asked.answer.value?.is;
  const waits = asked.answer.value?.of !== asked.about.value;
  const problem = asked.problem.value;
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.stopPropagation();
    close();
  };
  return html`<section ref=${ref} class="why-panel" role="dialog" aria-modal="false" aria-labelledby="why-title" onKeyDown=${onKeyDown}>
    <header><h2 id="why-title">Why this answer?</h2>
      <div class="why-choices"><${ClassChoice} />${method === "grad-cam" && html`<${LayerChoice} />`}</div>
      <button type="button" class="quiet" ref=${byKey ? closing : null} onClick=${close} aria-label="Close" aria-keyshortcuts="Escape">✕</button></header>
    <div class="why-body" data-panel>
      <div class="why-asked"><${Methods} now=${method} /><p>${says}</p></div>
      <div class=${waits ? "why-answer waits" : "why-answer"} aria-busy=${waits}>
        ${problem && html`<p class="why-problem" role="status">${problem}</p>`}
        ${now && !(problem && waits) && html`<${Pictures} now=${now} /><div class="why-told"><${Words} now=${now} /><${Parts} now=${now} /><${Files} now=${now} /></div>`}
        ${!now && !problem && html`<p class="why-hint" role="status">Asking…</p>`}
      </div>
    </div></section><div class="why-room"></div>`;
}

export const WhyPanel = () => (why.value ? html`<${Panel} />` : null);
