/** Going on from a step of the past, in a run of its own: proposed in place, then made. */
import { effect } from "@preact/signals";
import { rate } from "./format.js";
import { noticeError } from "./notices.js";
import { server } from "./server.js";
import { openRun } from "./session.js";
import * as state from "./state.js";

/**
 * @typedef {Record<string, number>} Settings of the optimiser
 * @typedef {{step: number | null, recipe?: object, interventions?: object[]}} ForkBody as the server takes it
 *
 * @typedef {object} Part what somebody asked for while the past was on the page
 * @property {Settings} [settings]
 * @property {{type: string} & Record<string, any>} [change] by hand
 * @property {"play" | "step"} [go] what follows
 *
 * @typedef {object} Proposal
 * @property {Settings} settings
 * @property {({type: string} & Record<string, any>)[]} changes
 * @property {"play" | "step" | null} go
 * @property {{left: number, top: number, right: number, bottom: number} | null} beside the control that was used
 * @property {boolean} pressed rather than dragged or typed: the keyboard may go to the answer
 */

/** @type {Proposal} */
const NOTHING = { settings: {}, changes: [], go: null, beside: null, pressed: false };

/**
 * A proposal with one more wish in it; a setting counts as last given.
 * @param {Proposal | null} old @param {Part} part @returns {Proposal}
 */
export function withPart(old, { settings, change, go }) {
  const before = old ?? NOTHING;
  return {
    ...before,
    settings: { ...before.settings, ...settings },
    changes: change ? [...before.changes, change] : before.changes,
    go: go ?? before.go,
  };
}

/** @param {Part} part @param {Element | null} by what was used */
export function propose(part, by) {
  const pressed = by?.tagName === "BUTTON";
  const beside = (pressed || by?.tagName === "INPUT" ? by : document.querySelector(".play")) ?? by;
  state.proposal.value = {
    ...withPart(state.proposal.peek(), part),
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

const NAMES = {
  learning_rate: "learning rate",
  momentum: "momentum",
  weight_decay: "weight decay",
};

/** What a fork would change, in words. @param {Proposal} proposal @returns {string[]} */
export function wishes({ settings, changes }) {
  const set = Object.entries(settings).map(
    ([name, value]) => `${NAMES[/** @type {"momentum"} */ (name)] ?? name} ${rate(value)}`,
  );
  return [...set, ...changes.map(wishOf)];
}

/** @param {{type: string} & Record<string, any>} change */
function wishOf({ type, layer, filter, on, index, value }) {
  if (type === "undo") return "the last change undone";
  if (type === "set") return `${layer}, filter ${index[0]}: one number set to ${rate(value)}`;
  const done = { freeze: "frozen", silence: "silenced", fill: "filled" }[type] ?? type;
  return `${layer}, filter ${filter} ${on === false ? "no longer " : ""}${done}`;
}

/** @param {Proposal} proposal @param {number | null} step null: now @returns {ForkBody} */
export const bodyOf = ({ settings, changes }, step) => ({
  step,
  recipe: Object.keys(settings).length ? { optimizer: settings } : {},
  interventions: changes,
});

/**
 * Makes a fork and goes on in it.
 * @param {ForkBody} body @param {"play" | "step" | null} go what follows
 */
export async function fork(body, go) {
  const parent = state.present.value;
  if (!parent) return false;
  state.busy.value = "Starting a fork…";
  try {
    const made = await server.fork(parent.id, body);
    await openRun(made);
    if (go === "play") await server.command(made.id, "play");
    if (go === "step") await server.step(made.id, 1);
    return true;
  } catch (error) {
    noticeError(error);
    return false;
  } finally {
    state.busy.value = null;
  }
}
