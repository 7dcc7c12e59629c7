/** Held-out pictures as rows of numbers. */
import { testImage } from "../shared/image-id.js";
import { Problem, server } from "../shared/server.js";

/**
 * One picture of a data set, 0 … 1.
 * @param {string} dataset grey pictures @param {number} number @returns {Promise<import("./matrix.js").Rows>}
 */
export async function pixels(dataset, number) {
  const sheet = await server.sheet(dataset, { image: [testImage(number)], columns: 1 });
  const bitmap = await createImageBitmap(sheet);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  if (!context) throw new Problem("This browser cannot read pictures.", 0);
  context.drawImage(bitmap, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[4 * (y * width + x)] / 255),
  );
}
