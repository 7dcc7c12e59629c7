/** Outlines around what a noun means, wherever it is by now. */
import { useEffect, useState } from "preact/hooks";
import { html } from "../../shared/html.js";
import { boxesOf } from "./boxes.js";
import { outlined } from "./nouns.js";

const GAP_PX = 2;

/** The boxes of what is outlined; followed, since the page moves as it trains and is scrolled.
 * @param {string | undefined} parts */
function useBoxes(parts) {
  const [boxes, setBoxes] = useState(/** @type {import("./boxes.js").Box[]} */ ([]));
  useEffect(() => {
    if (!parts) return undefined;
    let known = "";
    let asked = 0;
    const look = () => {
      const now = boxesOf(parts);
      const text = JSON.stringify(now);
      if (text !== known) setBoxes(now);
      known = text;
      asked = requestAnimationFrame(look);
    };
    look();
    return () => {
      cancelAnimationFrame(asked);
      setBoxes([]);
    };
  }, [parts]);
  return boxes;
}

export function Outlines() {
  const now = outlined.value;
  const boxes = useBoxes(now?.parts);
  return html`<div class=${`noun-rings noun-${now?.noun ?? ""}`} aria-hidden="true">${boxes.map(
    ({ left, top, right, bottom }, i) =>
      html`<span key=${i} class="noun-ring" style=${{
        left: `${left - GAP_PX}px`,
        top: `${top - GAP_PX}px`,
        width: `${right - left + 2 * GAP_PX}px`,
        height: `${bottom - top + 2 * GAP_PX}px`,
      }}></span>`,
  )}</div>`;
}
