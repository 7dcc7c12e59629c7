/** Starts a lesson page: each figure and its answer where the text has a place for it. */
import { render } from "preact";
import { html } from "../shared/html.js";
import { bindPrint } from "../shared/print.js";
import { bindLeaving } from "./runs.js";

/** @typedef {{Figure: any, Answer?: any}} Module */

/** Which module draws what. @type {Record<string, () => Promise<Module>>} */
const FIGURES = {
  convolution: () => import("./figures/convolution.js"),
  activation: () => import("./figures/activation.js"),
  sliding: () => import("./figures/sliding.js"),
  "first-layer": () => import("./figures/first-layer.js"),
  shape: () => import("./figures/shape.js"),
  "gradient-by-hand": () => import("./figures/gradient-by-hand.js"),
  "weight-sharing": () => import("./figures/weight-sharing.js"),
  update: () => import("./figures/update.js"),
  "input-channels": () => import("./figures/input-channels.js"),
  "receptive-field": () => import("./figures/receptive-field.js"),
  "transfer-learning": () => import("./figures/transfer-learning.js"),
  "filter-wants": () => import("./figures/filter-wants.js"),
  teaching: () => import("./figures/teaching.js"),
  control: () => import("./figures/control.js"),
};

/** @param {"figure" | "answer"} kind @param {(module: Module) => any} pick */
function mount(kind, pick) {
  for (const place of document.querySelectorAll(`[data-${kind}]`)) {
    const name = place.getAttribute(`data-${kind}`) ?? "";
    FIGURES[name]().then(
      (module) => {
        place.replaceChildren();
        render(html`<${pick(module)} />`, place);
      },
      (error) => {
        place.textContent = `This figure could not be loaded: ${error.message}`;
      },
    );
  }
}

bindLeaving();
bindPrint();
mount("figure", (module) => module.Figure);
mount("answer", (module) => module.Answer);
