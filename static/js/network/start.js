/** Starts a page that shows a run: errors first, then what is drawn, then the server. */
import { render } from "preact";
import { takeFiles } from "../shared/dropped-files.js";
import { html } from "../shared/html.js";
import { catchUncaught, noticeError } from "../shared/notices.js";
import { bindPrint } from "../shared/print.js";
import { server } from "../shared/server.js";
import { paintNow } from "./frames.js";
import { takePicture } from "./intents.js";
import { bindKeys } from "./keyboard.js";
import { openFirstRun } from "./session.js";
import { busy, datasets, models, visible } from "./state.js";

const RETRY_MS = 2000;

/** Until there is a run; a server that is not there yet is asked again. */
async function startWithRetry() {
  busy.value = "Getting a run from the server…";
  try {
    await openFirstRun();
  } catch (error) {
    noticeError(error);
    busy.value = "Could not get a run; retrying…";
    setTimeout(startWithRetry, RETRY_MS);
  }
}

/** @param {import("preact").ComponentType} App all that the page has */
export function start(App) {
  catchUncaught();
  const root = /** @type {HTMLElement} */ (document.getElementById("app"));
  root.replaceChildren();
  render(html`<${App} />`, root);
  bindKeys();
  bindPrint(paintNow);
  takeFiles(([file]) => file && takePicture(file));
  document.addEventListener("visibilitychange", () => {
    visible.value = document.visibilityState === "visible";
  });
  startWithRetry();
  server.models().then((list) => {
    models.value = list;
  }, noticeError);
  server.datasets().then((list) => {
    datasets.value = list;
  }, noticeError);
}
