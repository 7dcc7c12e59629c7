/** One class before a set is kept: its name, its pictures, and the ways to more of them. */
import { useState } from "preact/hooks";
import { Choose } from "../shared/choose.js";
import { count, plural } from "../shared/format.js";
import { html } from "../shared/html.js";
import { CameraTool } from "./camera-tool.js";
import { DrawTool } from "./draw-tool.js";
import { dropOnClass } from "./drop.js";
import { bring, leaveOut, mergeClasses, removePictures, renameClass } from "./intents.js";
import { Line } from "./line.js";
import { Samples } from "./samples.js";
import { active, marked, tool } from "./state.js";

/** @typedef {import("../shared/types.js").Arranged["classes"][number]} Class */

const DRAGGED = "application/x-convscope-class"; // a class that is dragged onto another
const TOOLS = { camera: CameraTool, draw: DrawTool };

/** @param {Class} one */
function countsOf({ train, test, repeated }) {
  if (!(train + test)) return "no picture yet";
  const twice = repeated ? `, ${count(repeated)} repeated` : "";
  return `${count(train)} to learn from, ${count(test)} held out${twice}`;
}

/** @param {{one: Class, all: Class[]}} props */
function Merge({ one, all }) {
  const onChange = (/** @type {any} */ event) => {
    if (event.currentTarget.value) mergeClasses(one.sources[0], event.currentTarget.value);
    event.currentTarget.value = "";
  };
  return html`<select aria-label=${`Merge ${one.name} into another class`} onChange=${onChange}>
    <option value="">Merge into…</option>
    ${all.filter((other) => other !== one).map(({ name, sources }) => html`<option value=${sources[0]}>${name}</option>`)}
  </select>`;
}

/** @param {{source: string, is: import("./state.js").Tool, says: string}} props */
function ToolButton({ source, is, says }) {
  const on = tool.value?.source === source && tool.value.is === is;
  return html`<button type="button" aria-pressed=${on} class=${on ? "on" : ""} onClick=${() => {
    active.value = source;
    tool.value = on ? null : { source, is };
  }}>${says}</button>`;
}

/** @param {{one: Class}} props */
function Tools({ one }) {
  const [source] = one.sources;
  return html`<div class="class-tools">
    <${ToolButton} source=${source} is="camera" says="Camera" />
    <${ToolButton} source=${source} is="draw" says="Draw" />
    <${Choose} says="Pictures…" label=${`Pictures of ${one.name}`} accept="image/*,.heic,.avif"
      onFiles=${(/** @type {any} */ files) => bring(files, source)} />
  </div>`;
}

/** What is done with the pictures that were pressed, or with all. @param {{one: Class, all: Class[], shown: number[]}} props */
function Foot({ one, all, shown }) {
  const [source] = one.sources;
  const mine = marked.value.filter((number) => shown.includes(number));
  const hint = shown.length > 0 && "Press what does not belong here.";
  return html`<div class="class-foot">${
    mine.length
      ? html`<button type="button" onClick=${() => removePictures(mine)}>Remove ${plural(mine.length, "picture")}</button>`
      : html`<span class="muted">${hint}</span>`
  }${
    all.length > 1 &&
    html`<span class="class-apart"><${Merge} one=${one} all=${all} />
      <button type="button" aria-label=${`Leave out ${one.name}`} onClick=${() => leaveOut(source)}>Leave out</button></span>`
  }</div>`;
}

/** @param {{one: Class, label: number, all: Class[], shape: number[]}} props */
export function ClassCard({ one, label, all, shape }) {
  const [over, setOver] = useState(false);
  const [shown, setShown] = useState(/** @type {number[]} */ ([]));
  const [source] = one.sources;
  const Tool = tool.value?.source === source ? TOOLS[tool.value.is] : null;
  const onDrop = (/** @type {DragEvent} */ event) => {
    setOver(false);
    const dragged = event.dataTransfer?.getData(DRAGGED);
    if (!dragged) return dropOnClass(event, source);
    event.preventDefault();
    return dragged !== source && mergeClasses(dragged, source);
  };
  const onOver = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(true);
  };
  const activate = () => {
    active.value = source;
  };
  return html`<li class=${`class-card ${over ? "over" : ""} ${active.value === source ? "active" : ""}`} aria-label=${one.name}
    onDragOver=${onOver} onDragLeave=${() => setOver(false)} onDrop=${onDrop} onFocusIn=${activate} onPointerDown=${activate}>
    <div class="class-head">
      <span class="class-grip" draggable="true" aria-hidden="true" title="Drag onto another class to merge them"
        onDragStart=${(/** @type {DragEvent} */ e) => e.dataTransfer?.setData(DRAGGED, source)}>⠿</span>
      <${Line} label=${`Name of class ${one.name}`} value=${one.name} most="100" onText=${(/** @type {string} */ name) => name && renameClass(source, name)} />
    </div>
    <p class="muted">${countsOf(one)}</p>
    <${Tools} one=${one} />
    ${Tool && html`<${Tool} source=${source} name=${one.name} />`}
    <${Samples} one=${one} label=${label} shape=${shape} onShown=${setShown} />
    <${Foot} one=${one} all=${all} shown=${shown} />
  </li>`;
}
