/** What a fork would change: collected change by change, in words, and as the server takes it. */
import { rate } from "../../shared/format.js";

/**
 * @typedef {Record<string, number>} Settings of the optimiser
 * @typedef {import("../../shared/types.js").Body<"post", "/runs/{run_id}/fork">} ForkBody
 *
 * @typedef {object} Part what somebody asked for while the past was on the page
 * @property {Settings} [settings]
 * @property {{type: string} & Record<string, any>} [change] an intervention
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

/** The number that a change sets, as text. @param {{type: string} & Record<string, any>} [change] */
const numberSet = (change) =>
  change?.type === "set" ? JSON.stringify([change.layer, change.tensor, change.index]) : null;

/** The last value of a number counts, as while it is dragged.
 * @param {({type: string} & Record<string, any>)[]} before @param {{type: string} & Record<string, any>} change */
function withChange(before, change) {
  const again = numberSet(change) && numberSet(change) === numberSet(before.at(-1));
  return [...(again ? before.slice(0, -1) : before), change];
}

/**
 * A proposal with one more change in it; the last value of a setting counts.
 * @param {Proposal | null} old @param {Part} part @returns {Proposal}
 */
export function addToProposal(old, { settings, change, go }) {
  const before = old ?? NOTHING;
  return {
    ...before,
    settings: { ...before.settings, ...settings },
    changes: change ? withChange(before.changes, change) : before.changes,
    go: go ?? before.go,
  };
}

const NAMES = {
  learning_rate: "learning rate",
  momentum: "momentum",
  weight_decay: "weight decay",
};

/** What a fork would change, in words. @param {Proposal} proposal @returns {string[]} */
export function proposedChanges({ settings, changes }) {
  const set = Object.entries(settings).map(
    ([name, value]) => `${NAMES[/** @type {"momentum"} */ (name)] ?? name} ${rate(value)}`,
  );
  return [...set, ...changes.map(interventionText)];
}

/** @param {{type: string} & Record<string, any>} change */
function interventionText({ type, layer, filter, on, index, value }) {
  if (type === "undo") return "the last change undone";
  if (type === "set") return `${layer}, filter ${index[0]}: one number set to ${rate(value)}`;
  const done = { freeze: "frozen", silence: "silenced", fill: "filled" }[type] ?? type;
  return `${layer}, filter ${filter} ${on === false ? "no longer " : ""}${done}`;
}

/** @param {Proposal} proposal @param {number | null} step null: now @returns {ForkBody} */
export const forkBody = ({ settings, changes }, step) => ({
  step,
  recipe: Object.keys(settings).length ? { optimizer: settings } : {},
  interventions: /** @type {any[]} */ (changes),
});
