/** A filter over the steps: pressed, a picture leads to its step. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { count } from "../../shared/format.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { seek } from "../intents.js";
import { Term } from "../page/tip.js";
import { drawingSize, inPast, lastStep, plan, replay, slowTick, step } from "../state.js";
import { doublingSteps, kernelGrid } from "./kernel-grid.js";
import { strip, stripFile } from "./strip.js";

/** @typedef {import("../drawing/layout.js").Column} Column */

const SIDE_PX = 44;

/** @param {{column: Column, values: number[] | Float32Array | undefined, limit: number, at: number, stamp: number}} props */
function StepPicture({ column, values, limit, at, stamp }) {
  const [kh, kw] = column.kernel ?? [1, 1];
  const table = palette.value.diverging;
  const made = useMemo(
    () => values && kernelGrid(values, column.kernels, kh, kw, table, limit),
    [values, limit, table, stamp],
  );
  const cells = useMemo(() => () => made?.cells ?? null, [made]);
  if (!made) return html`<span class="step-wait"></span>`;
  const width = Math.round(SIDE_PX * drawingSize.value.type * Math.min(1, made.cols / made.rows));
  return html`<${CellCanvas} cells=${cells} rows=${made.rows} cols=${made.cols} width=${width} stamp=${stamp} label=${`The filter at step ${count(at)}`} />`;
}

/** @param {{column: Column, part: ReturnType<typeof import("./values.js").filterValues>}} props `part`: the filter on the page */
export function FilterStrip({ column, part }) {
  const row = useRef(/** @type {HTMLElement | null} */ (null));
  const many = doublingSteps(lastStep.value).length;
  useEffect(() => {
    if (row.current) row.current.scrollLeft = row.current.scrollWidth; // the latest beside what is now
  }, [many, column]);
  if (replay.value) return null;
  const { at, recomputed } = strip.value;
  const steps = doublingSteps(lastStep.value);
  const limit = part?.limit ?? 0;
  const own = { column, limit };
  const current = html`<span class=${`step-picture on ${inPast.value ? "past" : ""}`}><${StepPicture} ...${own} values=${part?.values} at=${step.value} stamp=${slowTick.value} /><small>${inPast.value ? "" : "now "}${count(step.value)}</small></span>`;
  const picture = (/** @type {number} */ known) =>
    html`<button type="button" key=${known} class="step-picture" aria-current=${inPast.value && step.value === known ? "step" : undefined}
      aria-label=${`Go to step ${known}`} onClick=${() => seek(known)}><${StepPicture} ...${own} values=${at[known]} at=${known} stamp=${limit} /><small>${count(known)}</small></button>`;
  return html`<section class=${`strip-of-steps ${plan.value?.view ? "beside-network" : ""}`} aria-label="This filter over training">
    <h3>Over training${recomputed && html`, <${Term} tip=${recomputed}>recomputed<//>`}</h3>
    <div class="step-row" ref=${row}>${steps.map(picture)}</div>${current}
      <a class="quiet" href=${stripFile([...new Set([...steps, step.value])].sort((a, b) => a - b))} download=${`${column.name}-strip.png`}>Download as PNG</a></section>`;
}
