/** The whole page, from top to bottom. */
import { html } from "../shared/html.js";
import { NetworkPane } from "./drawing/pane.js";
import { TourOffer } from "./guide/offer.js";
import { copyLink } from "./intents.js";
import {
  CodeDrawer,
  Curves,
  ExplainCard,
  FilterView,
  ForkCard,
  Guide,
  InterventionsChip,
  RunMenu,
  RunTitle,
  Timeline,
  titled,
} from "./lazy.js";
import { Notices } from "./page/notices.js";
import { Tip } from "./page/tip.js";
import { ProbePanel } from "./probe/panel.js";
import { codeDrawer, guideOpen, menuOpen, plan, run } from "./state.js";
import { Controls } from "./training/controls.js";
import { RecipeBar } from "./training/recipe-bar.js";
import { Stats } from "./training/stats.js";

function Header() {
  return html`<header class="top">
    <h1 class="wordmark">Convscope</h1>
    <${RunTitle} />
    ${!titled.value && html`<p class="tagline">Watch every weight of a CNN learn.</p>`}
    <${TourOffer} />
    <${InterventionsChip} />
    <div class="group">
      <button type="button" class="quiet" id="show-me-around" aria-expanded=${guideOpen.value} onClick=${() => {
        guideOpen.value = !guideOpen.value;
      }}>Show me around</button>
      <button type="button" class="quiet" disabled=${!run.value} onClick=${() => {
        codeDrawer.value = { layer: null };
      }}>Weights and code</button>
      <details class="menu" open=${menuOpen.value} onToggle=${(/** @type {any} */ e) => {
        menuOpen.value = e.currentTarget.open;
      }}><summary class="quiet">This run</summary><${RunMenu} /></details>
      <button type="button" class="quiet copy" onClick=${copyLink} disabled=${!run.value}>Copy link</button>
      <a class="quiet" href="/runs">Runs</a>
      <a class="quiet" href="/lessons">Lessons</a>
      <a class="quiet" href="/docs">API</a>
    </div>
  </header>`;
}

export function App() {
  return html`<div class="page">
    <${Header} />
    <${RecipeBar} />
    <${Controls} />
    <main class="stage">
      <${Guide} />
      <div class="depths" style=${{ "--answers": `${plan.value?.answers?.width ?? 0}px` }}><${NetworkPane} /><${FilterView} /><${CodeDrawer} /></div>
      <aside class="side" aria-label="Progress of the training"><${Stats} /><${Curves} /><${ProbePanel} /></aside>
      <${ExplainCard} />
    </main>
    <${Timeline} />
    <${Notices} /><${ForkCard} /><${Tip} />
  </div>`;
}
