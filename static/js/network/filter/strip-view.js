/** A filter over the steps: pressed, a picture leads to its step. */
import { useMemo } from "preact/hooks";
import { count } from "../../shared/format.js";
import { largest } from "../../shared/heatmap/colour.js";
import { palette } from "../../shared/heatmap/palette.js";
import { Picture } from "../../shared/heatmap/picture.js";
import { html } from "../../shared/html.js";
import { look } from "../intents.js";
import { Term } from "../page/tip.js";
import { inPast, now, replay, slowTick, step } from "../state.js";
import { doubling, mosaic } from "./kernel-grid.js";
import { strip, stripFile } from "./strip.js";

/** @typedef {import("../drawing/layout.js").Column} Column */

const SIDE_PX = 44;

/** @param {{column: Column, values: number[] | Float32Array | undefined, limit: number, at: number, stamp: number}} props */
function Shot({ column, values, limit, at, stamp }) {
  const [kh, kw] = column.kernel ?? [1, 1];
  const table = palette.value.diverging;
  const made = useMemo(
    () => values && mosaic(values, column.kernels, kh, kw, table, limit),
    [values, limit, table, stamp],
  );
  const cells = useMemo(() => () => made?.cells ?? null, [made]);
  if (!made) return html`<span class="shot-wait"></span>`;
  const width = Math.round(SIDE_PX * Math.min(1, made.cols / made.rows));
  return html`<${Picture} cells=${cells} rows=${made.rows} cols=${made.cols} width=${width} stamp=${stamp} label=${`The filter at step ${count(at)}`} />`;
}

/** @param {{column: Column, part: ReturnType<typeof import("./values.js").filterValues>}} props `part`: the filter on the page */
export function FilterStrip({ column, part }) {
  if (replay.value) return null;
  const { at, recomputed } = strip.value;
  const steps = doubling(now.value);
  const limits = steps.flatMap((known) =>
    at[known] ? largest(at[known], 0, at[known].length) : [],
  );
  const limit = Math.max(part?.limit ?? 0, ...limits);
  const own = { column, limit };
  return html`<section class="shots" aria-label="This filter over the steps">
    <h3>Over the steps${recomputed && html`, <${Term} tip=${recomputed}>recomputed<//>`}</h3>
    <div class="shot-row">${steps.map(
      (
        known,
      ) => html`<button type="button" key=${known} class="shot" aria-current=${inPast.value && step.value === known ? "step" : undefined}
        aria-label=${`Go to step ${known}`} onClick=${() => look(known)}><${Shot} ...${own} values=${at[known]} at=${known} stamp=${limit} /><small>${count(known)}</small></button>`,
    )}
      <span class=${`shot on ${inPast.value ? "past" : ""}`}><${Shot} ...${own} values=${part?.values} at=${step.value} stamp=${slowTick.value} /><small>${inPast.value ? "" : "now "}${count(step.value)}</small></span>
    </div>
      <a class="quiet" href=${stripFile([...steps, step.value])} download=${`${column.name}-strip.png`}>Download as PNG</a></section>`;
}
