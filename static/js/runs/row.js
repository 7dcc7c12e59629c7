/** One run of the list. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isComposing } from "../shared/composing.js";
import { count, percent, plural } from "../shared/format.js";
import { html } from "../shared/html.js";
import { age, origin, recipeLine, runName, runState, STATES } from "../shared/run-text.js";
import { address } from "../shared/server.js";
import { choose, remove, rename } from "./intents.js";
import { chosen, clock, newestRun, renaming, runsById, titles } from "./state.js";
import { Thumbnail } from "./thumbnails.js";

/** @typedef {import("../shared/types.js").Run} Run */

const DEEPEST = 6; // indents; what descends further stands as far in

/** @param {{run: Run}} props */
function Name({ run }) {
  const name = runName(run);
  if (renaming.value === run.id) return html`<${NameField} run=${run} />`;
  return html`<h2 class="row-name">
    <a href=${address.open(run.id)}>${name}</a>
    <button type="button" class="quiet" aria-label=${`Rename ${name}`} onClick=${() => {
      renaming.value = run.id;
    }}>Rename</button>
  </h2>`;
}

/** Enter keeps what is typed, Escape what was. @param {{run: Run}} props */
function NameField({ run }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const left = useRef(false);
  useLayoutEffect(() => field.current?.select(), []); // before the next key comes
  const keep = () => {
    if (!left.current) rename(run.id, field.current?.value ?? "");
    left.current = true;
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (isComposing(event)) return;
    if (event.key === "Enter") keep();
    if (event.key !== "Escape") return;
    left.current = true;
    renaming.value = null;
  };
  return html`<h2 class="row-name"><input type="text" ref=${field} maxlength="200" defaultValue=${run.name ?? ""}
    aria-label=${`Name of ${runName(run)}`} placeholder=${runName(run)} onBlur=${keep} onKeyDown=${onKey} /></h2>`;
}

/** @param {{run: Run}} props */
function State({ run }) {
  const state = runState(run);
  return html`<span class=${`state ${state}`} title=${run.problem ?? STATES[state]}><i aria-hidden="true" />${state}</span>`;
}

/** @param {{label: string, children?: any}} props */
const Figure = ({ label, children }) => html`<div><dt>${label}</dt><dd>${children}</dd></div>`;

/** It is measured now and then: of which step it is, where that is not the last. @param {Run} run */
const heldOutLabel = ({ step, held_out_step: at }) =>
  at === null || at === step ? "Held out" : `Held out at step ${count(at)}`;

/** @param {{run: Run}} props */
function Numbers({ run }) {
  return html`<dl class="run-numbers">
    <${Figure} label="Step">${count(run.step)}<//>
    <${Figure} label="Accuracy">${percent(run.accuracy)}<//>
    <${Figure} label=${heldOutLabel(run)}>${percent(run.held_out_accuracy)}<//>
  </dl>`;
}

/** @param {{run: Run}} props */
function Actions({ run }) {
  const name = runName(run);
  const on = chosen.value.includes(run.id);
  return html`<div class="run-actions">
    ${
      run.kind !== "observed" &&
      html`<label class="check"><input type="checkbox" checked=${on} aria-label=${`Compare ${name}`}
      onChange=${(/** @type {any} */ event) => choose(run.id, event.currentTarget.checked)} />Compare</label>`
    }
    <a class="button" href=${address.open(run.id)} aria-label=${`Open ${name}`}>Open</a>
    ${
      run.kind !== "observed" &&
      html`<a class="button" href=${address.file(run.id, "export")} download=${`${run.id}.convscope`}
      aria-label=${`Download ${name}`}>Download</a>`
    }
    <button type="button" aria-label=${`Delete ${name}`} onClick=${() => remove(run)}>Delete</button>
  </div>`;
}

/** @param {{run: Run, depth: number, forks: number}} props `forks`: how many it has */
export function Row({ run, depth, forks }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const fresh = newestRun.value === run.id;
  useEffect(() => {
    if (fresh) place.current?.scrollIntoView({ block: "nearest" });
  }, [fresh]);
  const from = origin(run, runsById.value);
  const in_ = Math.min(depth, DEEPEST);
  return html`<li ref=${place} class=${`run in-${in_} ${fresh ? "fresh" : ""} ${chosen.value.includes(run.id) ? "chosen" : ""}`}>
    <a class="run-picture" href=${address.open(run.id)} tabindex="-1" aria-hidden="true"><${Thumbnail} run=${run} /></a>
    <div class="run-what">
      <${Name} run=${run} />
      <p class="muted">${recipeLine(run, titles.value)}</p>
      <p class="muted run-from">
        ${from && html`<span class="from">${from}</span>`}
        <time datetime=${run.created_at} title=${new Date(run.created_at).toLocaleString()}>${age(run.created_at, clock.value)}</time>
        ${forks > 0 && html`<span>${plural(forks, "fork")}</span>`}
      </p>
      ${run.problem && html`<p class="problem">${run.problem}</p>`}
    </div>
    <${State} run=${run} />
    <${Numbers} run=${run} />
    <${Actions} run=${run} />
  </li>`;
}
