/** A pad to draw on, at a class: each drawing goes into it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { SIDE, sketch } from "../shared/sketch.js";
import { bring } from "./intents.js";

/** @param {{source: string, name: string}} props */
export function DrawTool({ source, name }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const pen = useRef(/** @type {ReturnType<typeof sketch> | null} */ (null));
  const [drawn, setDrawn] = useState(false);
  const [added, setAdded] = useState(0);
  useEffect(() => {
    pen.current = sketch(/** @type {HTMLCanvasElement} */ (canvas.current), () => setDrawn(true));
  }, []);
  const clear = () => {
    pen.current?.clear();
    setDrawn(false);
  };
  const add = async () => {
    const file = await pen.current?.picture();
    if (!file) return;
    clear();
    setAdded(added + 1);
    bring([{ name: `drawing ${added + 1}.png`, file }], source);
  };
  return html`<div class="class-tool">
    <canvas class="draw-pad" ref=${canvas} width=${SIDE} height=${SIDE} role="img"
      aria-label=${`Drawing pad of ${name}: draw with a mouse, a pen or a finger`}
      onPointerDown=${(/** @type {any} */ e) => pen.current?.down(e)}
      onPointerMove=${(/** @type {any} */ e) => pen.current?.move(e)}
      onPointerUp=${() => pen.current?.up()} onPointerCancel=${() => pen.current?.up()}></canvas>
    <div class="tool-side">
      <button type="button" class="primary" disabled=${!drawn} onClick=${add}>Add this drawing</button>
      <button type="button" disabled=${!drawn} onClick=${clear}>Clear</button>
      <p class="muted" aria-live="polite">${added ? `${added} added to ${name}.` : "Draw white on black, add it, draw the next."}</p>
    </div>
  </div>`;
}
