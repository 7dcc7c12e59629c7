/** Training for the tour: at a pace that can be followed, until the accuracy has climbed, and then a pause. */
import { effect, signal } from "@preact/signals";
import { changeSettings, pause, play } from "../intents.js";
import { accuracy, guideOpen, inPast, lastStep, liveRun } from "../state.js";
import { lifeNow } from "./life.js";

const PACE = 20; // steps a second
export const GOAL = 0.75; // a share
const MORE = 100; // steps, where that is reached already
const MOST = 1000; // steps; who has not learned by then learns too slowly for a tour

/**
 * @typedef {object} Climb
 * @property {string} of
 * @property {number} from step
 * @property {number | null} before accuracy
 * @property {number | null} until step; null: until the accuracy is reached
 * @property {number | null} pace that the run had
 * @property {"starting" | "going" | "reached" | "slow" | "paused"} now
 * @property {number} to step
 * @property {number | null} after accuracy
 */

/** The last one of this page. */
export const climb = signal(/** @type {Climb | null} */ (null));

/** It, if it is of the run as it is now. */
export const climbNow = () =>
  climb.value && climb.value.of === lifeNow() && lastStep.value >= climb.value.from
    ? climb.value
    : null;

export const climbing = () => ["starting", "going"].includes(climbNow()?.now ?? "");

/** Of right answers in training, which is told at every step. */
const share = () => accuracy.value ?? 0;

export async function train() {
  const run = liveRun.peek();
  if (!run) return;
  climb.value = {
    of: lifeNow(),
    from: lastStep.peek(),
    before: accuracy.peek(),
    until: share() < GOAL ? null : lastStep.peek() + MORE,
    pace: run.steps_per_second,
    now: "starting",
    to: lastStep.peek(),
    after: accuracy.peek(),
  };
  changeSettings({ steps_per_second: PACE });
  if (run.state !== "playing" && !(await play())) return end("paused");
  const begun = climb.peek();
  if (begun?.now === "starting") climb.value = { ...begun, now: "going" };
}

/** Keeps what was reached, and gives the run the pace that it had. @param {"reached" | "slow" | "paused"} now */
function end(now) {
  const last = climb.peek();
  if (!last || !["starting", "going"].includes(last.now)) return;
  climb.value = { ...last, now, to: lastStep.peek(), after: accuracy.peek() };
  if (last.of === lifeNow() && liveRun.peek()?.steps_per_second === PACE)
    changeSettings({ steps_per_second: last.pace });
}

/** The steps that were under way when the pause was asked for count too. */
function settle() {
  const last = climb.peek();
  if (last?.of !== lifeNow() || liveRun.peek()?.state !== "ready" || inPast.peek()) return;
  climb.value = { ...last, to: lastStep.peek(), after: accuracy.peek() };
}

export async function stopTraining() {
  end("paused");
  await pause();
  settle();
}

/** @param {Climb} going @returns {"reached" | "slow" | null} */
function outcome({ from, until }) {
  if (until !== null ? lastStep.value >= until : share() >= GOAL && lastStep.value > from)
    return "reached";
  return lastStep.value - from >= MOST ? "slow" : null;
}

/** Watches what it reaches, and whether somebody else pauses, resets or goes away. */
effect(() => {
  const going = climb.value;
  if (going?.now !== "going" || inPast.value) return;
  if (going.of !== lifeNow() || liveRun.value?.state !== "playing") return end("paused");
  const now = guideOpen.value ? outcome(going) : "paused";
  if (!now) return;
  end(now);
  pause().then(settle);
});
