/** A pad to draw on; the picture goes out as it grows. */
import { useEffect, useRef } from "preact/hooks";
import { html } from "../../shared/html.js";
import { SIDE, sketch } from "../../shared/sketch.js";
import { draw } from "../intents.js";
import { run } from "../state.js";

const WAIT_MS = 60; // between two pictures, at least

/** Sends at most one picture in WAIT_MS. @param {HTMLCanvasElement} canvas */
function sendingSketch(canvas) {
  let timer = 0;
  const send = async () => {
    timer = 0;
    const blob = await pen.picture();
    if (blob) draw(blob);
  };
  const soon = () => {
    timer ||= window.setTimeout(send, WAIT_MS);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = 0;
  };
  const pen = sketch(canvas, soon);
  return {
    ...pen,
    clear() {
      pen.clear();
      soon();
    },
    /** Empty, and nothing is sent: the drawing was another run's. */
    forget() {
      stop();
      pen.clear();
    },
    stop,
  };
}

export function DrawingPad() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const pen = useRef(/** @type {ReturnType<typeof sendingSketch> | null} */ (null));
  useEffect(() => {
    pen.current = sendingSketch(/** @type {HTMLCanvasElement} */ (canvas.current));
    return () => pen.current?.stop();
  }, []);
  const id = run.value?.id;
  useEffect(() => pen.current?.forget(), [id]);
  return html`<div class="drawing-pad">
    <canvas ref=${canvas} width=${SIDE} height=${SIDE} role="img"
      aria-label="Drawing pad: draw with a mouse, a pen or a finger"
      onPointerDown=${(/** @type {any} */ e) => pen.current?.down(e)}
      onPointerMove=${(/** @type {any} */ e) => pen.current?.move(e)}
      onPointerUp=${() => pen.current?.up()} onPointerCancel=${() => pen.current?.up()}></canvas>
    <div><p>Draw here, white on black; the maps update as you draw.</p>
      <button type="button" onClick=${() => pen.current?.clear()}>Clear</button></div>
  </div>`;
}
