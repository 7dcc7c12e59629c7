/** Changing a run by hand: its weights, and which filters take part. */
import { signal } from "@preact/signals";
import { ask } from "./intents.js";
import { server } from "./server.js";
import { takeRun } from "./session.js";
import { run } from "./state.js";

/** @typedef {import("./types.js").Intervention} Intervention */

/** What the last change did. */
export const lastChange = signal(/** @type {(Intervention & {type: string}) | null} */ (null));

/** @param {{type: string} & Record<string, any>} change as the server takes it */
export async function intervene(change) {
  const answer = await ask((id) => server.intervene(id, change));
  if (!answer) return false;
  if (answer.run?.id === run.value?.id) takeRun(answer.run);
  lastChange.value = { ...answer, type: change.type };
  return true;
}

export const undo = () => intervene({ type: "undo" });
