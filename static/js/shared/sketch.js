/** Drawing white on black on a canvas, with a mouse, a pen or a finger. */

export const SIDE = 168; // pixels of the picture
const BRUSH = 13; // pixels

/** @param {CanvasRenderingContext2D} context */
function blacken(context) {
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

/** @param {HTMLCanvasElement} canvas @param {() => void} onDrawn after each stroke's piece */
export function sketch(canvas, onDrawn) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  Object.assign(context, {
    lineWidth: BRUSH,
    lineCap: "round",
    lineJoin: "round",
    strokeStyle: "#fff",
  });
  blacken(context);
  /** @type {{x: number, y: number} | null} */
  let last = null;
  const to = (/** @type {{x: number, y: number}} */ next) => {
    context.beginPath();
    context.moveTo(last?.x ?? next.x, last?.y ?? next.y);
    context.lineTo(next.x, next.y);
    context.stroke();
    last = next;
    onDrawn();
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
    clear: () => blacken(context),
    /** @returns {Promise<Blob | null>} PNG */
    picture: () => new Promise((done) => canvas.toBlob(done, "image/png")),
  };
}
