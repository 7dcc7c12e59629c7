/** When something comes near view: what costs work is begun then, and not before. */
import { useEffect, useRef } from "preact/hooks";

const MARGIN = "50% 0px"; // half a screen above and below

/** @param {() => void} onNear once @returns {{current: HTMLDivElement | null}} for the element that is watched */
export function useNear(onNear) {
  const ref = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watcher.disconnect();
        onNear();
      },
      { rootMargin: MARGIN },
    );
    if (ref.current) watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, []);
  return ref;
}
