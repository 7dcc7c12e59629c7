/** The network's pane: columns from left to right, lines on hover, and the colour scale below. */
import { useEffect, useRef, useState } from "preact/hooks";
import { signed } from "../../shared/format.js";
import { keyOf } from "../../shared/frame.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { FilterView, Outline, SlidingWindow, SlowMotion } from "../lazy.js";
import { Switch } from "../page/switch.js";
import {
  drawingSize,
  fitted,
  ghost,
  hoveredCell,
  kernelKind,
  observed,
  plan,
  replay,
  run,
  scaleMode,
  slowTick,
  step,
} from "../state.js";
import { TERMS } from "../terms.js";
import { Answers } from "./answers.js";
import { ColumnView } from "./column.js";
import { Edges } from "./edges.js";
import { Flow } from "./flow.js";
import { cellName } from "./names.js";
import { currentFrame } from "./painter.js";

const HEAD_PX = 74; // over the maps: names, captions, tags
const FOOT_PX = 38; // below them: the scales
const LEAST = { width: 260, height: 150 };
const MOVES_MS = 400; // of columns that make room, with some to spare
const USUAL_PX = 16; // letters of the size that the style sheets are drawn for

/** Measures the room for the drawing, and again when it changes.
 * @param {import("preact").RefObject<HTMLElement | null>} ref */
function useRoom(ref) {
  useEffect(() => {
    const pane = /** @type {HTMLElement} */ (ref.current);
    const measure = () => {
      const type = parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_PX;
      const width = Math.max(LEAST.width, pane.clientWidth - 32);
      const height = Math.floor(
        Math.max(LEAST.height, pane.clientHeight - (HEAD_PX + FOOT_PX) * type - 16),
      );
      const now = drawingSize.peek();
      if (now.width !== width || now.height !== height || now.type !== type)
        drawingSize.value = { width, height, type };
    };
    const sizes = new ResizeObserver(measure);
    sizes.observe(pane);
    measure();
    return () => sizes.disconnect();
  }, []);
}

/** What is under the cursor, and its numbers. */
function Readout() {
  slowTick.value;
  const place = hoveredCell.value;
  const column = place && plan.value?.columns.find((known) => known.name === place.layer);
  if (!place || !column) {
    if (replay.value)
      return html`<span class="readout faded">The maps are those of one training picture of the batch: ${replay.value.example.class}.</span>`;
    const why = blankReason();
    if (why) return html`<span class="readout why-blank" role="status">${why}</span>`;
    return html`<span class="readout faded">Point at any value to see how it is computed; press a kernel to open its filter.</span>`;
  }
  return html`<span class="readout"><b>${cellName(column, place.channel)}</b> ${rangeText(column, place.channel)}</span>`;
}

/** @param {import("./layout.js").Column} column @param {number} channel */
function rangeText(column, channel) {
  const frame = currentFrame();
  const input = column.role === "input";
  const section = frame?.sections.get(input ? keyOf("", "input") : keyOf(column.name, "output"));
  if (!section?.ranges || column.role === "classes") return "";
  const at = input && column.shape[0] === 3 ? channel - 1 : channel;
  if (at < 0) return "";
  const [lo, hi] = [section.ranges[2 * at], section.ranges[2 * at + 1]];
  return lo === hi ? `map: ${signed(lo)} everywhere` : `map: ${signed(lo)} to ${signed(hi)}`;
}

/** The scale itself, and what shares one; its ends stand below the columns. */
function Legend() {
  const colours = palette.value.diverging;
  return html`<span class="legend" data-tour="legend">
    <span class="end">negative</span>
    <${CellCanvas} cells=${() => colours} rows=${1} cols=${511} width=${120} height=${12} label="From negative (orange) through zero to positive (blue)" stamp=${colours[0]} />
    <span class="end">positive</span>
    <span class="end just-moved" title="The rim of a weight is as bright as its last update was large; the bar marks the filter of a layer that moved most."><i></i>just moved</span>
    <${GhostChoice} />
    <${Switch} label="One scale per" tip=${TERMS.scale} name="scale" now=${scaleMode}
      choices=${[["map", "map"], ["layer", "layer"], ["network", "network"]]} />
  </span>`;
}

/** @type {[import("../state.js").Ghost, string][]} */
const GHOSTS = [
  ["off", "nothing"],
  ["last", "itself a step ago"],
  ["first", "itself at step 0"],
];

/** What stands beside each kernel. */
function GhostChoice() {
  return html`<label class="field" data-tip=${TERMS.ghost}><span class="name">Beside each kernel</span>
    <select value=${ghost.value} onChange=${(/** @type {any} */ e) => {
      ghost.value = e.currentTarget.value;
    }}>${GHOSTS.filter(([value]) => !observed.value || value !== "first").map(([value, text]) => html`<option value=${value} selected=${value === ghost.value}>${text}</option>`)}</select></label>`;
}

/** Why the kernels are blank, where they are. */
function blankReason() {
  const kind = kernelKind.value;
  if (replay.value) return null;
  const sections = currentFrame()?.sections.values();
  if (
    kind === "weight" ||
    !sections ||
    [...sections].some((s) => s.tensor === "weight" && s.of === kind)
  )
    return null;
  const what = kind === "gradient" ? "gradient" : "update";
  if (step.value > 0)
    return `This step's ${what}s are not available; the next step will have them.`;
  return `There is no ${what} yet: step 0 is before the first update. Take a step to see one.`;
}

function Empty() {
  const waiting = run.value ? "Waiting for the first picture…" : "Getting a run from the server…";
  return html`<p class="waiting" role="status">${waiting}</p>`;
}

/** Where the drawing is wider than the window, its edges fade where there is more.
 * @param {{pane: import("preact").RefObject<HTMLElement | null>}} props */
function Fades({ pane }) {
  const [ends, setEnds] = useState({ left: false, right: false });
  const now = plan.value;
  useEffect(() => {
    const box = pane.current;
    if (!box) return undefined;
    const look = () => {
      const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
      setEnds({ left: box.scrollLeft > 4, right: rest > 4 });
    };
    look();
    box.addEventListener("scroll", look, { passive: true });
    return () => box.removeEventListener("scroll", look);
  }, [now]);
  if (!now?.scrolls) return null;
  const right = now.answers ? now.answers.width + 16 : 0;
  return html`${ends.left && html`<span class="fade left" aria-hidden="true"></span>`}
    ${ends.right && html`<span class="fade right" style=${{ right: `${right}px` }} aria-hidden="true"></span>`}`;
}

/** All of a drawing that is wider than the window, at once. */
function Fit() {
  if (!plan.value?.scrolls && !fitted.value) return null;
  return html`<button type="button" class="fit" aria-pressed=${fitted.value} onClick=${() => {
    fitted.value = !fitted.value;
  }}>${fitted.value ? "Larger" : "Fit all in"}</button>`;
}

/** Whether columns are on their way, since a filter was opened or closed. @param {boolean} opened */
function useMoves(opened) {
  const last = useRef(opened);
  const untilMs = useRef(0);
  const [, drawAgain] = useState(0);
  if (last.current !== opened) {
    last.current = opened;
    untilMs.current = performance.now() + MOVES_MS;
  }
  useEffect(() => {
    const left = untilMs.current - performance.now();
    if (left <= 0) return undefined;
    const timer = setTimeout(() => drawAgain((n) => n + 1), left);
    return () => clearTimeout(timer);
  }, [opened]);
  return performance.now() < untilMs.current;
}

export function NetworkPane() {
  const pane = useRef(/** @type {HTMLElement | null} */ (null));
  useRoom(pane);
  const now = plan.value;
  const moves = useMoves(Boolean(now?.view));
  return html`<section class="network" aria-label="The network, from input to answer">
    <div class="scroller" ref=${pane} data-tour="network">
      ${
        now
          ? html`<div class=${`drawing ${now.tiny ? "tiny" : ""} ${now.view ? "unfolding" : ""} ${moves ? "moves" : ""}`} style=${{ width: `${now.width}px`, height: `calc(${now.height}px + ${(HEAD_PX + FOOT_PX) / USUAL_PX}rem)` }}>
            <${Flow} />
            ${now.columns.map((column) => html`<${ColumnView} key=${column.name} column=${column} x=${column.x} under=${now.columns.filter((one) => one.above === column)} />`)}
            <div class="over-maps"><${Edges} /><${Outline} /><${SlidingWindow} /></div>
            <${Answers} />
          </div>`
          : html`<${Empty} />`
      }
    </div>
    <${Fades} pane=${pane} />
    <${FilterView} />
    <div class="under-network">
      <div class="strip"><${Readout} /><${Fit} /></div>
      <div class="strip view"><${Legend} /></div>
      <${SlowMotion} />
    </div>
  </section>`;
}
