/** What the narrator says as long as nothing stands out. */
import { lastStep, liveRun } from "../state.js";

export function NothingYet() {
  if (!liveRun.value) return "";
  if (!liveRun.value.trainable) return "This run is looked at, not trained.";
  return lastStep.value
    ? "Nothing stands out so far. What does is told here."
    : "Press Play: what stands out as the network learns is told here.";
}
