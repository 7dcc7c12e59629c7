/** The network on the page as a program, asked for once for each framework. */
import { computed, effect, signal } from "@preact/signals";
import { noticeError } from "../../shared/notices.js";
import { server } from "../../shared/server.js";
import { codeDrawer, run } from "../state.js";

/** @typedef {import("../../shared/types.js").Answer<"get", "/runs/{run_id}/code">} Program */

/** The order of axes that weights are shown in, and whose program. */
export const layout = signal(/** @type {"torch" | "keras"} */ ("torch"));
export const framework = computed(() => (layout.value === "torch" ? "pytorch" : "keras"));

const known = signal(/** @type {(Program & {run: string}) | null} */ (null));

/** Null: it is not here yet. */
export const program = computed(() => {
  const { value } = known;
  return value?.run === run.value?.id && value?.framework === framework.value ? value : null;
});

const wanted = computed(() => (codeDrawer.value && run.value ? run.value.id : null));

effect(() => {
  const [id, which] = [wanted.value, framework.value];
  if (!id || program.peek()) return;
  server.code(id, /** @type {Program["framework"]} */ (which)).then((answer) => {
    if (framework.peek() === which) known.value = { ...answer, run: id };
  }, noticeError);
});
