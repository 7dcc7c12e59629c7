/** The page that compares two runs, from top to bottom. */

import { html } from "../shared/html.js";
import { origin, runName, runState } from "../shared/run-text.js";
import { address } from "../shared/server.js";
import { Charts } from "./charts.js";
import { differences } from "./differences.js";
import { Filters } from "./filters.js";
import { Classes } from "./predictions.js";
import { choose } from "./session.js";
import { a, b, both, runs, runsById, serverLost, sides } from "./state.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./state.js").Side} Side */

/** @param {{side: Side}} props */
function Menu({ side }) {
  const id = `run-${side.letter}`;
  const chosen = side.id.value;
  const unknown = chosen && runs.value && !runsById.value.has(chosen);
  const newest = [...(runs.value ?? [])].reverse();
  return html`<div class="run-choice">
    <label for=${id}><b class=${`letter ${side.letter}`}>${side.letter}</b></label>
    <select id=${id} aria-label=${`Run ${side.letter}`} value=${chosen}
      onChange=${(/** @type {any} */ event) => choose(side, event.currentTarget.value)}>
      <option value="" selected=${!chosen}>Choose a run…</option>
      ${unknown && html`<option value=${chosen} selected>A deleted run</option>`}
      ${newest.map(
        (run) =>
          html`<option key=${run.id} value=${run.id} selected=${run.id === chosen}>${runName(run)}</option>`,
      )}
    </select>
    <${About} side=${side} />
  </div>`;
}

/** @param {{side: Side}} props */
function About({ side }) {
  const run = side.run.value;
  if (side.problem.value) return html`<p class="wrong" role="alert">${side.problem.value}</p>`;
  if (!run) return html`<p class="muted">${side.id.value ? "Loading…" : " "}</p>`;
  const from = origin(run, runsById.value);
  return html`<p class="muted">
    <a href=${address.open(run.id)} aria-label=${`Open ${runName(run)}`}>Open</a>
    <span>${runState(run)} at step ${run.steps}</span>
    ${from && html`<span>${from}</span>`}
  </p>`;
}

const swap = () => {
  const [one, other] = [a.id.value, b.id.value];
  choose(a, other);
  choose(b, one);
};

function Differences() {
  const [one, other] = [a.run.value, b.run.value];
  if (!one || !other) return null;
  const lines = differences(one, other);
  return html`<section class="compare-card" aria-labelledby="differ">
    <h2 id="differ">Differences</h2>
    ${
      lines.length
        ? html`<p class="muted">From A to B, including changes made during training:</p>
          <ul class="differ">${lines.map((line) => html`<li key=${line}>${line}</li>`)}</ul>`
        : html`<p class="muted">${
            one.id === other.id ? "Both are the same run." : "Their recipes are identical."
          }</p>`
    }
  </section>`;
}

export function Page() {
  return html`
    ${serverLost.value && html`<p class="site-bar" role="status">The server is not responding; retrying…</p>`}
    <div class="menus">
      <${Menu} side=${a} />
      <button type="button" class="swap" aria-label="Swap A and B" title="Swap A and B" onClick=${swap}
        disabled=${!sides.some((side) => side.id.value)}>⇄</button>
      <${Menu} side=${b} />
    </div>
    ${
      both.value
        ? html`<${Timeline} />
          <${Filters} />
          <div class="beneath"><${Charts} /><div class="stack"><${Differences} /><${Classes} /></div></div>`
        : html`<p class="empty">${
            runs.value?.length === 0
              ? html`There are no runs yet: <a href="runs">start one</a>.`
              : "Choose two runs to see their filters, curves and predictions side by side."
          }</p>`
    }
  `;
}
