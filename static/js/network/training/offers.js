/** The actions of the sheet that starts a run: networks that fit data sets, and the numbers of their pixels. */
import { batch, signal } from "@preact/signals";
import { dataServer } from "../../shared/data-server.js";
import { noticeError } from "../../shared/notices.js";
import { server } from "../../shared/server.js";
import * as state from "../state.js";
import { offerOf } from "./draft-changes.js";

/** A network that fits a data set, with its layers. @param {import("../../shared/types.js").Dataset} set
 * @returns {Promise<import("./recipe-draft.js").Offered | null>} null: it could not be had */
export async function offerNetwork(set) {
  try {
    const [recipe, layers] = await Promise.all([
      dataServer.datasetRecipe(set.id),
      dataServer.datasetLayers(set.id),
    ]);
    const offer = offerOf(set, recipe);
    batch(() => {
      state.modelLayers.value = { ...state.modelLayers.peek(), [offer.name]: layers };
      const others = state.offeredModels.peek().filter(({ name }) => name !== offer.name);
      state.offeredModels.value = [...others, offer];
    });
    return offer;
  } catch (error) {
    noticeError(error);
    return null;
  }
}

/** @typedef {{mean: number[], std: number[]}} PixelNumbers */

/** Of each data set that was asked about. */
export const datasetPixels = signal(/** @type {Record<string, PixelNumbers>} */ ({}));

/** Mean and standard deviation of a data set's training pictures; a notice says where they cannot be had.
 * @param {string} dataset */
export async function askPixels(dataset) {
  try {
    const found = await dataServer.datasetPixels(dataset);
    datasetPixels.value = { ...datasetPixels.peek(), [dataset]: found };
  } catch (error) {
    noticeError(error);
  }
}

/** Data sets may have come since. */
export function refreshDatasets() {
  server.datasets().then((list) => {
    state.datasets.value = list;
  }, noticeError);
}
