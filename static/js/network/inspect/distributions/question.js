/** Asks for the distributions at a dozen or two steps. */
import { distributions } from "../../../shared/inspect-server.js";
import { inspect, probe, probeVersion } from "../../state.js";
import { overSteps, runAsItIs, runId } from "../over-steps.js";
import { tab } from "../question.js";

/** @typedef {import("../../../shared/inspect-server.js").Distributions} Distributions */

const subject = () =>
  inspect.value && tab.value === "distributions" && runId.value
    ? `${runAsItIs()} ${probe.value?.id} ${probeVersion.value}`
    : "";

export const { known, problem, isWorking } = overSteps(subject, (step, signal) =>
  distributions(runId.peek(), { step, image: probe.peek()?.id }, signal),
);
