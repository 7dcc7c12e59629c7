/** The head of the page: the run's name, what can be done with the page, and the way to the others. */
import { html } from "../../shared/html.js";
import { folds } from "../../shared/media-queries.js";
import { noticeError } from "../../shared/notices.js";
import { TourOffer } from "../guide/offer.js";
import { InterventionsChip, RunMenu, RunTitle, titled } from "../lazy.js";
import { codeDrawer, guideOpen, menuOpen, observed, pagesOpen, run } from "../state.js";
import { Roving } from "./roving.js";

const copyLink = () => import("./copy.js").then((copy) => copy.copyLink(), noticeError);

const PAGES = [
  ["./", "Live network"],
  ["runs", "Runs"],
  ["compare", "Compare"],
  ["data", "Data"],
  ["lessons", "Lessons"],
  ["docs", "API"],
];

/** Past the head, for who goes by keys. @param {Event} event */
function skip(event) {
  event.preventDefault(); // the address is the run's
  document.getElementById("network")?.focus();
}

const SiteLinks = () => html`<nav aria-label="Site"><${Roving} class="site-links">
    ${PAGES.map(([to, says]) => html`<a class="quiet" href=${to} aria-current=${to === "./" ? "page" : undefined}>${says}</a>`)}
  <//></nav>`;

/** @param {() => void} act */
const closing = (act) => () => {
  pagesOpen.value = false;
  act();
};

const Actions = () =>
  !observed.value &&
  html`
  <button type="button" class="quiet" id="show-me-around" aria-expanded=${guideOpen.value} onClick=${closing(
    () => {
      guideOpen.value = !guideOpen.value;
    },
  )}>Show me around</button>
  <button type="button" class="quiet" disabled=${!run.value} onClick=${closing(() => {
    codeDrawer.value = { layer: null };
  })}>Weights and code</button>
  `;

const CopyLink = () =>
  html`<button type="button" class="quiet" disabled=${!run.value} onClick=${closing(copyLink)}>Copy link</button>`;

const ThisRun = () =>
  html`<details class="menu" open=${menuOpen.value} onToggle=${(/** @type {any} */ e) => {
    menuOpen.value = e.currentTarget.open;
  }}><summary class="quiet">This run</summary><${RunMenu} /></details>`;

const Menu = () => html`<details class="menu" open=${pagesOpen.value} onToggle=${(
  /** @type {any} */ e,
) => {
  pagesOpen.value = e.currentTarget.open;
}}><summary class="quiet">Menu</summary>
  <div class="pages"><${SiteLinks} /><div class="page-actions">${Actions()}${CopyLink()}</div></div></details>`;

export function Header() {
  return html`<a class="skip" href="#network" onClick=${skip}>Skip to the network</a>
    <header class="top">
      <h1 class="wordmark">Convscope</h1>
      <${RunTitle} />
      ${!titled.value && html`<p class="tagline">Watch every weight of a CNN learn.</p>`}
      ${!observed.value && html`<${TourOffer} />`}
      <${InterventionsChip} />
      ${
        folds.value
          ? html`<div class="group"><${ThisRun} /><${Menu} /></div>`
          : html`<${Roving} class="group" role="toolbar" label="This page">${Actions()}${CopyLink()}<${ThisRun} /><//><${SiteLinks} />`
      }
    </header>`;
}
