/** Starts the page of the runs. */
import { render } from "preact";
import { html } from "../shared/html.js";
import { bindDrop, startPolling } from "./intents.js";
import { Page } from "./page.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${Page} />`, root);
bindDrop();
startPolling();
