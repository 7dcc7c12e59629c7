/** Going on from a step of the past, in a run of its own: proposed in place, then made. */
import { effect } from "@preact/signals";
import { noticeError } from "../../shared/notices.js";
import { server } from "../../shared/server.js";
import { openRun } from "../session.js";
import * as state from "../state.js";
import { addToProposal } from "./fork-proposal.js";

/** @typedef {import("./fork-proposal.js").Part} Part @typedef {import("./fork-proposal.js").ForkBody} ForkBody */

/** @param {Part} part @param {Element | null} by what was used */
export function propose(part, by) {
  const pressed = by?.tagName === "BUTTON";
  const beside = (pressed || by?.tagName === "INPUT" ? by : document.querySelector(".play")) ?? by;
  state.proposal.value = {
    ...addToProposal(state.proposal.peek(), part),
    beside: beside?.getBoundingClientRect() ?? null,
    pressed: !part.settings,
  };
}

export function withdraw() {
  state.proposal.value = null;
}

/** What is on the page is no step of the past any more. */
effect(() => {
  if (!state.inPast.value) withdraw();
});

/**
 * Makes a fork and goes on in it.
 * @param {ForkBody} body @param {"play" | "step" | null} go what follows
 */
export async function fork(body, go) {
  const parent = state.liveRun.value;
  if (!parent) return false;
  state.busy.value = "Starting a fork…";
  try {
    const made = await server.fork(parent.id, body);
    await openRun(made);
    if (go === "play") await server.command(made.id, "play");
    if (go === "step") await server.step(made.id, { steps: 1 });
    return true;
  } catch (error) {
    noticeError(error);
    return false;
  } finally {
    state.busy.value = null;
  }
}
