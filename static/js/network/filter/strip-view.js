/** A filter over the steps: pressed, a picture leads to its step. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count } from "../../shared/format.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { seek } from "../intents.js";
import { stripSteps } from "../observed/recorded.js";
import { Term } from "../page/tip.js";
import { drawingSize, inPast, plan, replay, slowTick, step } from "../state.js";
import { kernelGrid } from "./kernel-grid.js";
import { strip, stripFile } from "./strip.js";

/** @typedef {import("../drawing/layout.js").Column} Column */

const SIDE_PX = 44;
const ALL_READABLE = 4; // kernels; of more, one is shown at a time, unless all are asked for

/** @param {{column: Column, kernel: number | null, values: number[] | Float32Array | undefined, limit: number, at: number, stamp: number}} props
 *   `kernel`: null for all */
function StepPicture({ column, kernel, values, limit, at, stamp }) {
  const [kh, kw] = column.kernel ?? [1, 1];
  const table = palette.value.diverging;
  const made = useMemo(
    () =>
      values &&
      (kernel === null
        ? kernelGrid(values, column.kernels, kh, kw, table, limit)
        : kernelGrid(
            values.slice(kernel * kh * kw, (kernel + 1) * kh * kw),
            1,
            kh,
            kw,
            table,
            limit,
          )),
    [values, kernel, limit, table, stamp],
  );
  const cells = useMemo(() => () => made?.cells ?? null, [made]);
  if (!made) return html`<span class="step-wait"></span>`;
  const width = Math.round(SIDE_PX * drawingSize.value.type * Math.min(1, made.cols / made.rows));
  return html`<${CellCanvas} cells=${cells} rows=${made.rows} cols=${made.cols} width=${width} stamp=${stamp} label=${`The filter at step ${count(at)}`} />`;
}

/** Which kernel is followed over the steps. @param {{many: number, kernel: number | null, choose: (kernel: number | null) => void}} props */
const KernelChoice = ({ many, kernel, choose }) =>
  html`<select aria-label="Kernel over training" value=${kernel ?? ""} onChange=${(/** @type {any} */ e) => choose(e.currentTarget.value === "" ? null : Number(e.currentTarget.value))}>
    ${Array.from({ length: many }, (_, k) => html`<option value=${k} selected=${k === kernel}>kernel ${k}</option>`)}
    <option value="" selected=${kernel === null}>all ${many}</option></select>`;

/** @param {{column: Column, part: ReturnType<typeof import("./values.js").filterValues>}} props `part`: the filter on the page */
export function FilterStrip({ column, part }) {
  const row = useRef(/** @type {HTMLElement | null} */ (null));
  const [kernel, choose] = useState(/** @type {number | null} */ (0));
  const one = column.kernels > ALL_READABLE && kernel !== null && kernel < column.kernels;
  const many = stripSteps().length;
  useEffect(() => {
    if (row.current) row.current.scrollLeft = row.current.scrollWidth; // the latest beside what is now
  }, [many, column]);
  if (replay.value) return null;
  const { at, recomputed } = strip.value;
  const steps = stripSteps();
  const limit = part?.limit ?? 0;
  const own = { column, limit, kernel: one ? kernel : null };
  const current = html`<span class=${`step-picture on ${inPast.value ? "past" : ""}`}><${StepPicture} ...${own} values=${part?.values} at=${step.value} stamp=${slowTick.value} /><small>${inPast.value ? "" : "now "}${count(step.value)}</small></span>`;
  const picture = (/** @type {number} */ known) =>
    html`<button type="button" key=${known} class="step-picture" aria-current=${inPast.value && step.value === known ? "step" : undefined}
      aria-label=${`Go to step ${known}`} onClick=${() => seek(known)}><${StepPicture} ...${own} values=${at[known]} at=${known} stamp=${limit} /><small>${count(known)}</small></button>`;
  return html`<section class=${`strip-of-steps ${plan.value?.view ? "beside-network" : ""}`} aria-label="This filter over training">
    <div class="strip-of"><h3>Over training${recomputed && html`, <${Term} tip=${recomputed}>recomputed<//>`}</h3>
      ${column.kernels > ALL_READABLE && html`<${KernelChoice} many=${column.kernels} kernel=${own.kernel} choose=${choose} />`}</div>
    <div class="step-row" ref=${row}>${steps.map(picture)}</div>${current}
      <a class="quiet" href=${stripFile([...new Set([...steps, step.value])].sort((a, b) => a - b))} download=${`${column.name}-strip.png`}>Download as PNG</a></section>`;
}
