/** Focus goes into what opens, and back to where it was when that closes. */
import { useLayoutEffect, useRef } from "preact/hooks";

/** @returns {{current: HTMLButtonElement | null}} for the button that gets it */
export function useFocusInside() {
  const ref = useRef(/** @type {HTMLButtonElement | null} */ (null));
  // A passive effect would give the focus back only after the next paint, and nothing has it until then.
  useLayoutEffect(() => {
    const before = document.activeElement;
    ref.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return ref;
}
