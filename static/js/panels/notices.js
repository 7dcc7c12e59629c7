/** Bars at the top: what went wrong, what is waited for, what stopped the run. */
import { html } from "../html.js";
import { reset } from "../intents.js";
import { dismiss } from "../notices.js";
import { busy, connection, notices, run } from "../state.js";

function Stopped() {
  const now = run.value;
  if (!now || !["halted", "failed"].includes(now.state)) return null;
  const what = now.problem ?? "This run has stopped.";
  return html`<div class="bar bar-stop" role="alert">
    <span>${what}</span>
    <button type="button" class="primary" onClick=${reset}>Start again from step 0</button>
  </div>`;
}

function Waiting() {
  const starting = run.value?.state === "starting";
  const text =
    connection.value === "lost"
      ? "Connection lost, trying again…"
      : (busy.value ?? (starting ? "Starting this run's worker process…" : null));
  return text && html`<div class="bar bar-wait" role="status"><span class="pulse" />${text}</div>`;
}

export function Notices() {
  return html`<div class="bars">
    <${Waiting} />
    <${Stopped} />
    ${notices.value.map(
      ({ id, text }) => html`<div class="bar" role="alert" key=${id}>
        <span>${text}</span>
        <button type="button" class="quiet" aria-label="Dismiss" onClick=${() => dismiss(id)}>✕</button>
      </div>`,
    )}
  </div>`;
}
