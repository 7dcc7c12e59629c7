/** Which life of which run something belongs to: a reset begins another. */
import { liveRun } from "../state.js";

/** "" while there is no run. */
export const lifeNow = () => (liveRun.value ? `${liveRun.value.id} ${liveRun.value.restarts}` : "");
