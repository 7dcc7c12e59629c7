/** The filters of one layer of both runs, and their difference, on scales that are on screen. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { shape, short, signed } from "../shared/format.js";
import { html } from "../shared/html.js";
import { indexOf, tile } from "./kernel-layout.js";
import { ColourBar, KernelPanel } from "./kernels.js";
import * as state from "./state.js";
import { shownWords } from "./timeline.js";

const { a, b, sides } = state;

/** Why nothing is subtracted, or null. */
function whyNoDifference() {
  const [one, other] = [a.weight.value, b.weight.value];
  const missing = sides.filter(
    (side) => !side.layers.value.some(({ name }) => name === state.layer.value),
  );
  if (missing.length) {
    const who = missing.map(({ letter }) => letter).join(" and ");
    return `${who} has no layer ${state.layer.value}, so there is nothing to subtract.`;
  }
  if (!one || !other || String(one.shape) === String(other.shape)) return null;
  return `${one.layer} is ${shape(one.shape)} in A and ${shape(other.shape)} in B: they are shown but not subtracted.`;
}

/** How wide one of the panels is. */
function useRoom() {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (place.current);
    const measure = () => setRoom(element.clientWidth);
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    measure();
    return () => sizes.disconnect();
  }, []);
  return { place, room };
}

/** The number under the pointer, of both. */
function PointedWeight() {
  const at = state.pointedWeight.value;
  const [one, other] = sides.map((side) => {
    const size = state.sizeFor(side);
    return at && size && side.weight.value ? side.weight.value.values[indexOf(size, at)] : null;
  });
  if (!at)
    return html`<p class="muted reading">Point at a weight to see its value in both runs.</p>`;
  const minus = state.difference.value && one !== null && other !== null ? one - other : null;
  return html`<p class="reading">
    <span class="muted">filter ${at.filter}, channel ${at.channel}, row ${at.row}, column ${at.col}</span>
    <span><b class="letter A">A</b> ${short(one)}</span>
    <span><b class="letter B">B</b> ${short(other)}</span>
    ${minus !== null && html`<span>A − B ${signed(minus)}</span>`}
  </p>`;
}

function LayerMenu() {
  return html`<label>Layer <select value=${state.layer.value} onChange=${(
    /** @type {any} */ event,
  ) => {
    state.pointedWeight.value = null;
    state.layer.value = event.currentTarget.value;
  }}>
    ${state.layerNames.value.map((name) => html`<option key=${name} value=${name} selected=${name === state.layer.value}>${name}</option>`)}
  </select></label>`;
}

/** @param {{side: import("./state.js").Side, room: number}} props */
function RunKernels({ side, room }) {
  const size = state.sizeFor(side);
  const weight = side.weight.value;
  const label = `${side.letter}, ${state.layer.value}, ${shownWords(side)}`;
  return html`<figure>
    <figcaption><b class=${`letter ${side.letter}`}>${side.letter}</b> ${weight && shownWords(side)}</figcaption>
    ${
      size && weight
        ? html`<${KernelPanel} size=${size} tiling=${tile(size, room)} values=${weight.values}
          limit=${state.limit.value} label=${label} />`
        : html`<div class="no-panel" />`
    }
  </figure>`;
}

/** @param {{room: number}} props */
function DifferenceKernels({ room }) {
  const size = state.sizeFor(a);
  const values = state.difference.value;
  return html`<figure>
    <figcaption>A − B</figcaption>
    ${
      size && values
        ? html`<${KernelPanel} size=${size} tiling=${tile(size, room)} values=${values}
          limit=${state.differenceLimit.value} label=${`A minus B, ${state.layer.value}`} />`
        : html`<p class="no-panel muted">${whyNoDifference()}</p>`
    }
  </figure>`;
}

export function Filters() {
  const { place, room } = useRoom();
  const size = state.sizeFor(a) ?? state.sizeFor(b);
  const notes = size ? tile(size, room || 300).notes : [];
  return html`<section class="filters compare-card" aria-label="Filters">
    <div class="filters-top">
      <h2>Filters</h2>
      <${LayerMenu} />
      <span class="muted">${notes.length > 0 && `${notes.join(", ")}`}</span>
      <div class="colour-scales">
        <span class="scale">A and B<${ColourBar} limit=${state.limit.value} /></span>
        <span class="scale">A − B<${ColourBar} limit=${state.differenceLimit.value} /></span>
        <label class="check"><input type="checkbox" checked=${state.stretched.value} onChange=${(
          /** @type {any} */ event,
        ) => {
          state.stretched.value = event.currentTarget.checked;
        }} />own scale</label>
      </div>
    </div>
    <div class="panels" onPointerLeave=${() => {
      state.pointedWeight.value = null;
    }}>
      <div class="measure" ref=${place} aria-hidden="true" />
      ${room > 0 && html`<${RunKernels} side=${a} room=${room} /><${RunKernels} side=${b} room=${room} /><${DifferenceKernels} room=${room} />`}
    </div>
    <${PointedWeight} />
  </section>`;
}
