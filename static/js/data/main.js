/** Starts the page of the data sets. */
import { render } from "preact";
import { html } from "../shared/html.js";
import { bindDrop } from "./drop.js";
import { start } from "./intents.js";
import { Page } from "./page.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${Page} />`, root);
bindDrop();
start();
