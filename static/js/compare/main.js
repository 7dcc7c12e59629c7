/** Starts the page that compares two runs. */
import { render } from "preact";
import { html } from "../shared/html.js";
import { Page } from "./page.js";
import { begin } from "./session.js";
import { lost } from "./state.js";

const RETRY_MS = 2000;

/** Until the server answers. */
async function beginPatiently() {
  try {
    await begin();
  } catch {
    lost.value = true;
    setTimeout(beginPatiently, RETRY_MS);
  }
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${Page} />`, root);
beginPatiently();
