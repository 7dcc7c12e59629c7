/** Notices at the top: what went wrong, what is waited for, what stopped the run. */
import { signal } from "@preact/signals";
import { html } from "../../shared/html.js";
import { NoticeList } from "../../shared/notice-list.js";
import { reset, resume } from "../intents.js";
import { busy, connection, liveRun } from "../state.js";

function Stopped() {
  const now = liveRun.value;
  if (!now || !["halted", "failed"].includes(now.state)) return null;
  const what = now.problem ?? "This run has stopped.";
  return html`<div class="bar wrong" role="alert">
    <span>${what}</span>
    ${now.state === "failed" && html`<button type="button" class="primary" onClick=${resume}>Try again</button>`}
    <button type="button" class=${now.state === "failed" ? "" : "primary"} onClick=${reset}>Reset</button>
  </div>`;
}

function Waiting() {
  const starting = liveRun.value?.state === "starting";
  const text =
    connection.value === "lost"
      ? "Connection lost, reconnecting…"
      : (busy.value ?? (starting ? "Starting this run's worker process…" : null));
  return text && html`<div class="bar" role="status"><span class="pulse" />${text}</div>`;
}

/** The sentence that was read. */
const dismissed = signal("");

/** What happened to a run that goes on, or is only held up. */
function RunProblem() {
  const now = liveRun.value;
  const said = now?.trainable && !["halted", "failed"].includes(now.state) ? now.problem : null;
  if (!said || said === dismissed.value) return null;
  return html`<div class="bar" role="status"><span>${said}</span>
    <button type="button" class="quiet" aria-label="Dismiss" onClick=${() => {
      dismissed.value = said;
    }}>✕</button></div>`;
}

export function Notices() {
  return html`<div class="bars">
    <${Waiting} />
    <${Stopped} /><${RunProblem} />
    <${NoticeList} kind="bar" />
  </div>`;
}
