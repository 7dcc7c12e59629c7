/** The actions of the sheet that starts a run: networks that fit data sets. */
import { batch } from "@preact/signals";
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

/** Data sets may have come since. */
export function refreshDatasets() {
  server.datasets().then((list) => {
    state.datasets.value = list;
  }, noticeError);
}
