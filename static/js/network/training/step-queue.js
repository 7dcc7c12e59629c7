/**
 * Steps that are asked for faster than they are made: the presses that came meanwhile are one request.
 * What a held key repeats counts too, and is forgotten when the key is let go.
 */
const MOST = 60; // steps that wait, so that the end of a wait is in sight

/** @param {(steps: number) => Promise<boolean>} take makes so many steps; false: it could not */
export function stepQueue(take) {
  let [presses, repeats, busy] = [0, 0, false];
  const takeAll = async () => {
    busy = true;
    while (presses + repeats) {
      const steps = presses + repeats;
      presses = repeats = 0;
      if (!(await take(steps))) presses = repeats = 0;
    }
    busy = false;
  };
  return {
    /** @param {boolean} repeated by a key that is held @returns {Promise<void>} */
    async press(repeated) {
      if (presses + repeats >= MOST) return;
      if (repeated) repeats += 1;
      else presses += 1;
      if (!busy) await takeAll();
    },
    /** The key was let go. */
    release() {
      repeats = 0;
    },
  };
}
