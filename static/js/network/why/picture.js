/** An attribution over its picture, with its scale; of Grad-CAM's a place or a region can be pressed. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";
import { ScaleBar } from "../drawing/scale-bar.js";
import { why } from "../state.js";
import { overlay, strongest } from "./cells.js";
import { region } from "./question.js";
import { regionParameter, regionText } from "./words.js";

/** @typedef {import("./question.js").Side} Side @typedef {import("./words.js").Region} Region */
/** @typedef {{y: number, x: number}} Place */

const EVEN = 64; // columns up to which the width is a multiple of half of them, so that cells are alike

/** @param {{side: Side, picture: import("./cells.js").Picture | null, label: string, children?: any}} props */
function Painted({ side, picture, label, children }) {
  const ref = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const { plane, limit } = side;
  const rows = Math.max(plane.rows, picture?.rows ?? 0);
  const cols = Math.max(plane.cols, picture?.cols ?? 0);
  const colours = palette.value;
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d", { willReadFrequently: true });
    if (!context) return;
    const image = context.createImageData(cols, rows);
    new Uint32Array(image.data.buffer).set(overlay(plane, picture, limit, colours).cells);
    context.putImageData(image, 0, 0);
  }, [side, picture, colours]);
  const size = { "--even": `${cols <= EVEN ? cols / 2 : 1}px`, aspectRatio: `${cols} / ${rows}` };
  return html`<span class="picture why-picture" style=${size}>
    <canvas ref=${ref} width=${cols} height=${rows} role="img" aria-label=${label}></canvas>${children}</span>`;
}

/** The outline of a region. @param {{of: Region, rows: number, cols: number}} props */
function Mark({ of, rows, cols }) {
  const part = (/** @type {number} */ n, /** @type {number} */ all) => `${(100 * n) / all}%`;
  const style = {
    left: part(of.x, cols),
    top: part(of.y, rows),
    width: part(of.width, cols),
    height: part(of.height, rows),
  };
  return html`<span class="mark" style=${style}></span>`;
}

/** The region between two places. @param {Place} one @param {Place} other @returns {Region} */
const between = (one, other) => ({
  y: Math.min(one.y, other.y),
  x: Math.min(one.x, other.x),
  height: Math.abs(one.y - other.y) + 1,
  width: Math.abs(one.x - other.x) + 1,
});

/** Where an arrow key moves a region, or how far it grows. @param {Region} from @param {KeyboardEvent} event
 * @param {{rows: number, cols: number}} plane @returns {Region | null} */
function byKey({ y, x, height, width }, { key, shiftKey }, { rows, cols }) {
  const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  if (!by) return null;
  const clamp = (/** @type {number} */ v, /** @type {number} */ low, /** @type {number} */ high) =>
    Math.max(low, Math.min(high, v));
  return shiftKey
    ? { y, x, height: clamp(height + by[0], 1, rows - y), width: clamp(width + by[1], 1, cols - x) }
    : {
        y: clamp(y + by[0], 0, rows - height),
        x: clamp(x + by[1], 0, cols - width),
        height,
        width,
      };
}

/** What presses on the picture do. @param {Side["plane"]} plane */
function usePlaces(plane) {
  const [from, setFrom] = useState(/** @type {Place | null} */ (null));
  const [to, setTo] = useState(/** @type {Place | null} */ (null));
  const { rows, cols } = plane;
  const known = region.value;
  const choose = (/** @type {Region} */ places) => {
    why.value = { ...why.peek(), region: regionParameter(places) };
  };
  const placeOf = (/** @type {PointerEvent} */ event) => {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const index = (/** @type {number} */ px, /** @type {number} */ all, /** @type {number} */ n) =>
      Math.max(0, Math.min(n - 1, Math.floor((px / all) * n)));
    return {
      y: index(event.clientY - box.top, box.height, rows),
      x: index(event.clientX - box.left, box.width, cols),
    };
  };
  const end = () => {
    setFrom(null);
    setTo(null);
  };
  return {
    known: from && to ? between(from, to) : known,
    handlers: {
      onPointerDown: (/** @type {PointerEvent} */ event) => {
        if (event.button !== 0) return;
        /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
        setFrom(placeOf(event));
        setTo(placeOf(event));
      },
      onPointerMove: (/** @type {PointerEvent} */ event) => from && setTo(placeOf(event)),
      onPointerUp: (/** @type {PointerEvent} */ event) => {
        if (from) choose(between(from, placeOf(event)));
        end();
      },
      onPointerCancel: end,
      onClick: (/** @type {MouseEvent} */ event) => {
        if (event.detail === 0 && !known) choose({ ...strongest(plane), height: 1, width: 1 }); // a key
      },
      onKeyDown: (/** @type {KeyboardEvent} */ event) => {
        const next = byKey(known ?? { ...strongest(plane), height: 1, width: 1 }, event, plane);
        if (!next) return;
        event.preventDefault();
        choose(next);
      },
    },
  };
}

/** @param {{side: Side, picture: any, label: string}} props */
function Pressable({ side, picture, label }) {
  const { known, handlers } = usePlaces(side.plane);
  const { rows, cols } = side.plane;
  const says = `${label}. ${known ? `Chosen: ${regionText(known)}` : `${rows} by ${cols} places: press one`} to see what each filter adds there; arrow keys move it, with Shift it grows.`;
  return html`<button type="button" class="why-place" aria-label=${says} ...${handlers}>
    <${Painted} side=${side} picture=${picture} label=${label}>${known && html`<${Mark} of=${known} rows=${rows} cols=${cols} />`}<//></button>`;
}

/**
 * @param {{side: Side, picture: import("./cells.js").Picture | null, caption: string, note: string, label: string,
 *   layer: string | null}} props `layer`: whose places can be pressed
 */
export function Attribution({ side, picture, caption, note, label, layer }) {
  return html`<figure class="why-figure"><figcaption><b>${caption}</b> <span>${note}</span></figcaption>
    ${
      layer
        ? html`<${Pressable} side=${side} picture=${picture} label=${label} />`
        : html`<${Painted} side=${side} picture=${picture} label=${label} />`
    }
    <div class="why-scale"><${ScaleBar} name="" limit=${side.limit} /></div></figure>`;
}
