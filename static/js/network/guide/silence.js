/** The filter that the tour has silenced, what that did, and the way back. */
import { computed, signal } from "@preact/signals";
import { inForce } from "../../shared/run-text.js";
import { pause } from "../intents.js";
import { accuracyEffectOf, intervene, lastChange, undo } from "../interventions/interventions.js";
import { liveRun } from "../state.js";
import { lifeNow } from "./life.js";

/** `did`: the intervention; `undid`: the one that took it back. */
const silence = signal(
  /** @type {{of: string, layer: string, filter: number, did: number, undid: number | null} | null} */ (
    null
  ),
);

export const measuring = signal(false);

/** What the tour silenced, in the run as it is now. */
export const silenceNow = computed(() => (silence.value?.of === lifeNow() ? silence.value : null));

/** Whether it still is. */
export const stillSilenced = computed(() => {
  const now = silenceNow.value;
  return Boolean(
    now &&
      now.undid === null &&
      liveRun.value?.silenced.some(
        ({ layer, filter }) => layer === now.layer && filter === now.filter,
      ),
  );
});

/** What it did to the held-out accuracy. */
export const worthOfSilence = () => silenceNow.value && accuracyEffectOf(silenceNow.value.did);

/** What the held-out accuracy is since it was taken back. */
export const afterUndo = () =>
  silenceNow.value?.undid ? accuracyEffectOf(silenceNow.value.undid) : null;

/** @param {() => Promise<void>} work */
async function measured(work) {
  if (measuring.peek()) return;
  measuring.value = true;
  await work().finally(() => {
    measuring.value = false;
  });
}

/** @param {string} layer @param {number} filter */
export const silenceFilter = (layer, filter) =>
  measured(async () => {
    if (liveRun.peek()?.state === "playing") await pause();
    if (!(await intervene({ type: "silence", layer, filter, on: true }))) return;
    const did = lastChange.peek()?.id ?? 0;
    silence.value = { of: lifeNow(), layer, filter, did, undid: null };
  });

/** By an undo, or where something was changed since, by the opposite. */
export const unsilence = () =>
  measured(async () => {
    const now = silenceNow.peek();
    if (!now) return;
    const last = inForce(liveRun.peek()?.interventions ?? []).at(-1);
    const { layer, filter } = now;
    if (last?.id === now.did) await undo();
    else if (!(await intervene({ type: "silence", layer, filter, on: false }))) return;
    if (!stillSilenced.peek()) silence.value = { ...now, undid: lastChange.peek()?.id ?? null };
  });
