/** The page of the runs, from top to bottom. */

import { useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { runName } from "../shared/run-text.js";
import { forkCount } from "../shared/run-tree.js";
import { address } from "../shared/server.js";
import { importFiles, startNew } from "./intents.js";
import { Bars, RecentlyDeleted, UnreadableFiles } from "./notices.js";
import { Row } from "./row.js";
import { busy, chosen, draggingFile, rows, runs, runsById } from "./state.js";

function Import() {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const onChange = (/** @type {any} */ event) => {
    importFiles([...event.currentTarget.files]);
    event.currentTarget.value = ""; // so that the same file may be chosen again
  };
  return html`<button type="button" disabled=${Boolean(busy.value)}
      onClick=${() => input.current?.click()}>Import a run…</button>
    <input type="file" accept=".convscope" hidden ref=${input} onChange=${onChange}
      aria-label="A run's file" />`;
}

function CompareButton() {
  const [a, b] = chosen.value;
  if (b !== undefined) {
    return html`<a class="button primary" href=${address.compare(a, b)}>Compare the two</a>`;
  }
  const one = a && runsById.value.get(a);
  return html`<button type="button" disabled aria-describedby="compare-hint">Compare the two</button>
    <span class="hint" id="compare-hint">${
      one ? `${runName(one)} is selected; select another.` : "Select two runs to compare."
    }</span>`;
}

function Tools() {
  return html`<div class="run-tools">
    <button type="button" class="primary" onClick=${startNew}>New run</button>
    <${Import} />
    <span class="apart"><${CompareButton} /></span>
  </div>`;
}

function List() {
  if (runs.value === null) return html`<p class="muted" role="status">Loading the runs…</p>`;
  const all = rows.value;
  if (!all.length) {
    return html`<div class="empty">
      <p>There are no runs yet.</p>
      <p class="muted">A run is a network being trained. Start one here, or drop a run's file.</p>
    </div>`;
  }
  return html`<ul class="runs" aria-label="All runs">
    ${all.map(
      ({ run, depth }, i) =>
        html`<${Row} key=${run.id} run=${run} depth=${depth} forks=${forkCount(all, i)} />`,
    )}
  </ul>`;
}

export function Page() {
  return html`
    <${Tools} />
    <${Bars} />
    <${List} />
    <${UnreadableFiles} />
    <${RecentlyDeleted} />
    ${draggingFile.value && html`<div class="drop" aria-hidden="true"><p>Drop a run's file here</p></div>`}
  `;
}
