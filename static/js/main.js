/** Starts the page: errors first, then what is drawn, then the server. */
import { render } from "preact";
import { html } from "./html.js";
import { bindKeys } from "./keyboard.js";
import { catchUncaught, noticeError } from "./notices.js";
import { App } from "./panels/app.js";
import { bindPrint } from "./print.js";
import { server } from "./server.js";
import { begin } from "./session.js";
import { busy, datasets, models, visible } from "./state.js";

const RETRY_MS = 2000;

/** Until there is a run; a server that is not there yet is asked again. */
async function beginPatiently() {
  busy.value = "Asking the server for a run…";
  try {
    await begin();
  } catch (error) {
    noticeError(error);
    busy.value = "Could not get a run; trying again…";
    setTimeout(beginPatiently, RETRY_MS);
  }
}

catchUncaught();
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${App} />`, root);
bindKeys();
bindPrint();
document.addEventListener("visibilitychange", () => {
  visible.value = document.visibilityState === "visible";
});
beginPatiently();
server.models().then((list) => {
  models.value = list;
}, noticeError);
server.datasets().then((list) => {
  datasets.value = list;
}, noticeError);
