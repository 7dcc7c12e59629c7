/** A pad to draw on, with a mouse, a pen or a finger; the picture goes out as it grows. */
import { useEffect, useRef } from "preact/hooks";
import { html } from "../../shared/html.js";
import { draw } from "../intents.js";
import { run } from "../state.js";

const SIDE = 168; // pixels of the picture that is sent
const BRUSH = 13; // pixels
const WAIT_MS = 60; // between two pictures, at least

/** @param {CanvasRenderingContext2D} context */
function clear(context) {
  context.fillStyle = "#000";
  context.fillRect(0, 0, SIDE, SIDE);
}

/** A place on the pad in its own pixels. @param {PointerEvent} event */
function place(event) {
  const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget);
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * SIDE,
    y: ((event.clientY - box.top) / box.height) * SIDE,
  };
}

/** Draws, and sends at most one picture in WAIT_MS. @param {HTMLCanvasElement} canvas */
function sketch(canvas) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  Object.assign(context, {
    lineWidth: BRUSH,
    lineCap: "round",
    lineJoin: "round",
    strokeStyle: "#fff",
  });
  clear(context);
  /** @type {{x: number, y: number} | null} */
  let last = null;
  let timer = 0;
  const send = () => {
    timer = 0;
    canvas.toBlob((blob) => blob && draw(blob), "image/png");
  };
  const soon = () => {
    timer ||= window.setTimeout(send, WAIT_MS);
  };
  const to = (/** @type {{x: number, y: number}} */ next) => {
    context.beginPath();
    context.moveTo(last?.x ?? next.x, last?.y ?? next.y);
    context.lineTo(next.x, next.y);
    context.stroke();
    last = next;
    soon();
  };
  return {
    /** @param {PointerEvent} event */
    down(event) {
      canvas.setPointerCapture(event.pointerId);
      to(place(event));
    },
    /** @param {PointerEvent} event */
    move(event) {
      if (last) to(place(event));
    },
    up() {
      last = null;
    },
    clear() {
      clear(context);
      soon();
    },
    /** Empty, and nothing is sent: the drawing was another run's. */
    forget() {
      clearTimeout(timer);
      timer = 0;
      clear(context);
    },
    stop: () => clearTimeout(timer),
  };
}

export function DrawingPad() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const pen = useRef(/** @type {ReturnType<typeof sketch> | null} */ (null));
  useEffect(() => {
    pen.current = sketch(/** @type {HTMLCanvasElement} */ (canvas.current));
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
