/** Why a chapter cannot go on as things are, and what can be done about it. */
import { count } from "../../shared/format.js";
import { backToNow, startRun } from "../intents.js";
import { connection, inPast, lastStep, liveRun, step } from "../state.js";
import { whyUntrainable } from "../training/why-untrainable.js";
import { firstConv } from "./filter-of-the-tour.js";

/** @typedef {"server" | "present" | "trainable" | "trained" | "conv"} Need */
/** @typedef {[string, () => unknown]} Act what a button says, and does */
/** @typedef {{says: string, act: Act | null, chapter?: string}} Obstacle `chapter`: the title of the one that helps */

/** @type {Act} */
const NEW_RUN = ["Start the usual network", () => startRun({})];

/** @type {Record<Need, () => Obstacle | null>} */
const CHECKS = {
  server: () => {
    if (connection.value === "lost")
      return {
        says: "The connection to the server is lost. This goes on when it is back.",
        act: null,
      };
    if (!liveRun.value) return { says: "Waiting for a run from the server…", act: null };
    return ["halted", "failed"].includes(liveRun.value.state)
      ? {
          says: "This run has stopped; the line at the top says why and what can be done.",
          act: null,
        }
      : null;
  },
  present: () =>
    inPast.value
      ? {
          says: `You are looking at step ${count(step.value)}. This happens in the present.`,
          act: ["Back to now", backToNow],
        }
      : null,
  trainable: () => {
    const why = liveRun.value && whyUntrainable(liveRun.value);
    return why ? { says: why, act: NEW_RUN } : null;
  },
  trained: () =>
    lastStep.value
      ? null
      : (CHECKS.trainable() ?? {
          says: "Nothing has been learned yet: train first.",
          act: null,
          chapter: "Watch it learn",
        }),
  conv: () =>
    firstConv.value
      ? null
      : {
          says: "This network has no convolution, so no kernel slides over a picture.",
          act: NEW_RUN,
        },
};

/** The first thing in the way. @param {Need[]} needs @returns {Obstacle | null} */
export function obstacleTo(needs) {
  for (const need of needs) {
    const found = CHECKS[need]();
    if (found) return found;
  }
  return null;
}
