/** Asks for the health at a dozen or two steps, while somebody looks at its course. */
import { computed } from "@preact/signals";
import { health } from "../../../shared/inspect-server.js";
import { inspect } from "../../state.js";
import { overSteps, runAsItIs, runId } from "../over-steps.js";
import { tab } from "../question.js";

/** What is shown over the steps, as the address has it: "ratio", "gradient", or a layer, of its filters. */
export const shownOf = computed(() => (tab.value === "health" && inspect.value?.of) || "");

export const { known, problem, isWorking } = overSteps(
  () => (shownOf.value && runId.value ? runAsItIs() : ""),
  (step, signal) => health(runId.peek(), step, signal),
);

/** What is known of it, ascending. */
export const course = () => [...known.value].sort(([a], [b]) => a - b).map(([, found]) => found);
