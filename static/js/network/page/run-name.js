/** The run's name, and what it was forked from. */
import { effect, signal } from "@preact/signals";
import { server } from "../../shared/server.js";
import { withRun } from "../intents.js";
import { liveRun } from "../state.js";

/** Of the parent; null: it has none, or is gone. */
export const parentName = signal(/** @type {string | null} */ (null));
export const parentDeleted = signal(false);
let known = "";

/** What the parent is called is asked once. */
effect(() => {
  const id = liveRun.value?.parent?.run ?? "";
  if (id === known) return;
  known = id;
  parentName.value = null;
  parentDeleted.value = false;
  if (!id) return;
  server.run(id).then(
    (run) => {
      if (known === id) parentName.value = run.name ?? null;
    },
    () => {
      parentDeleted.value = known === id;
    },
  );
});

/** An empty name takes it away. @param {string} name */
export function rename(name) {
  const wanted = name.trim();
  if (wanted !== (liveRun.peek()?.name ?? "")) withRun((id) => server.patch(id, { name: wanted }));
}
