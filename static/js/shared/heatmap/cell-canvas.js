/** A small picture of cells: one canvas at natural size, enlarged by CSS without smoothing. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.js";

/**
 * @param {{cells: () => Uint32Array | null, rows: number, cols: number, label: string, stamp: number,
 *   width: number,
 *   height?: number, children?: any}} props `stamp`: paints again when it changes; width in CSS pixels
 */
export function CellCanvas({ cells, rows, cols, label, stamp, width, height, children }) {
  const ref = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d", { willReadFrequently: true });
    const colours = cells();
    if (!context) return;
    if (!colours) {
      context.clearRect(0, 0, cols, rows); // what was there before is not known any more
      return;
    }
    const image = context.createImageData(cols, rows);
    new Uint32Array(image.data.buffer).set(colours.subarray(0, rows * cols));
    context.putImageData(image, 0, 0);
  }, [stamp, rows, cols, cells]);
  const size = { width: `${width}px`, height: `${height ?? Math.round((width * rows) / cols)}px` };
  return html`<span class="picture" style=${size}>
    <canvas ref=${ref} width=${cols} height=${rows} role="img" aria-label=${label}></canvas>${children}
  </span>`;
}
