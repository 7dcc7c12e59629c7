/** Starts the page that compares two runs. */
import { render } from "preact";
import { html } from "../shared/html.js";
import { Page } from "./page.js";
import { start } from "./session.js";
import { serverLost } from "./state.js";

const RETRY_MS = 2000;

/** Until the server answers. */
async function startWithRetry() {
  try {
    await start();
  } catch {
    serverLost.value = true;
    setTimeout(startWithRetry, RETRY_MS);
  }
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${Page} />`, root);
startWithRetry();
