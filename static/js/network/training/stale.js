/** Whether a measurement is still news. */

const STALE_STEPS = 100;
const STALE_SHARE = 0.2; // of the run

/** Whether training has left a measurement behind. @param {number} measuredAt @param {number} now steps */
export const isStale = (measuredAt, now) =>
  now - measuredAt > Math.max(STALE_STEPS, STALE_SHARE * now);
