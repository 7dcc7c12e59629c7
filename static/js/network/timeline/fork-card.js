/** Says beside the control that was used that this starts a fork, and asks whether it should. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isComposing } from "../../shared/composing.js";
import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { placeNextTo } from "../../shared/popover.js";
import { liveRun, pastStep, proposal } from "../state.js";
import { fork, withdraw } from "./fork.js";
import { forkBody, proposedChanges } from "./fork-proposal.js";

/** @typedef {import("./fork-proposal.js").Proposal} Proposal */

/** @param {HTMLElement} card @param {Proposal["beside"]} beside */
function put(card, beside) {
  if (!beside) return;
  const size = { width: card.offsetWidth, height: card.offsetHeight };
  const { left, top } = placeNextTo(beside, size, { width: innerWidth, height: innerHeight });
  Object.assign(card.style, { left: `${left}px`, top: `${top}px` });
}

/** @param {{now: Proposal, step: number}} props */
function Question({ now, step }) {
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  const first = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useLayoutEffect(() => {
    if (card.current) put(card.current, now.beside);
  });
  useEffect(() => {
    if (now.pressed) first.current?.focus({ preventScroll: true });
  }, []);
  const make = (/** @type {Proposal["go"]} */ go) => () => fork(forkBody(now, step), go);
  const leave = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    withdraw();
  };
  const wanted = proposedChanges(now);
  const playing = now.go !== "step";
  return html`<section ref=${card} class="fork-card" role="dialog" aria-labelledby="fork-title" onKeyDown=${leave}>
    <h2 id="fork-title">This starts a fork at step ${count(step)}</h2>
    <p>A new run with the same history up to there${wanted.length > 0 && html`, and from there on <b>${wanted.join("; ")}</b>`}. ${liveRun.value?.name ?? "This run"} stays as it is.</p>
    <div class="group">
      ${playing && html`<button type="button" class="primary" ref=${first} onClick=${make("play")}>Fork and play</button>`}
      ${now.go === "step" && html`<button type="button" class="primary" ref=${first} onClick=${make("step")}>Fork and step</button>`}
      ${now.go === null && html`<button type="button" onClick=${make(null)}>Fork, paused</button>`}
      <button type="button" class="quiet" onClick=${withdraw}>Cancel</button>
    </div>
  </section>`;
}

export function ForkCard() {
  const now = proposal.value;
  return now && pastStep.value !== null && html`<${Question} now=${now} step=${pastStep.value} />`;
}
