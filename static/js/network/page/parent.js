/** The run's name, and what it was forked from. */
import { effect, signal } from "@preact/signals";
import { server } from "../../shared/server.js";
import { ask } from "../intents.js";
import { present } from "../state.js";

/** Of the parent; null: it has none, or is gone. */
export const parentName = signal(/** @type {string | null} */ (null));
export const parentGone = signal(false);
let known = "";

/** What the parent is called is asked once. */
effect(() => {
  const id = present.value?.parent?.run ?? "";
  if (id === known) return;
  known = id;
  parentName.value = null;
  parentGone.value = false;
  if (!id) return;
  server.run(id).then(
    (run) => {
      if (known === id) parentName.value = run.name ?? null;
    },
    () => {
      parentGone.value = known === id;
    },
  );
});

/** An empty name takes it away. @param {string} name */
export function rename(name) {
  const wanted = name.trim();
  if (wanted !== (present.peek()?.name ?? "")) ask((id) => server.patch(id, { name: wanted }));
}
