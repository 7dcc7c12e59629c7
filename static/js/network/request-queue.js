/**
 * Questions about a weight and interventions run one after the other: none is asked of a state that a change
 * of this page is about to replace, and the answer to a change is known before the next question.
 */
let last = Promise.resolve();

/**
 * Runs work when all that came before it has ended, well or not.
 * @template A @param {() => Promise<A>} work @returns {Promise<A>}
 */
export function inOrder(work) {
  const mine = last.then(work);
  last = mine.then(
    () => {},
    () => {},
  );
  return mine;
}
