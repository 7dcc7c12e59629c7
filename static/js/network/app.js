/** The whole page, from top to bottom. */
import { html } from "../shared/html.js";
import { BestAnswers } from "./drawing/answers.js";
import { NetworkPane } from "./drawing/pane.js";
import { CodeDrawer, Curves, ExplainCard, ForkCard, Guide, NewRunSheet, Timeline } from "./lazy.js";
import { Narrator } from "./narrator/narrator.js";
import { Header } from "./page/header.js";
import { Notices } from "./page/notices.js";
import { Tip } from "./page/tip.js";
import { ProbePanel } from "./probe/panel.js";
import { plan } from "./state.js";
import { Controls, Settings } from "./training/controls.js";
import { Stats } from "./training/stats.js";

export function App() {
  return html`<div class="page">
    <${Header} />
    <${Controls} />
    <main class="stage">
      <${Guide} />
      <div class="depths" id="network" tabindex="-1" style=${{ "--answers": `${plan.value?.answers ? plan.value.answers.width + 16 : 0}px` }}><${NetworkPane} /><${CodeDrawer} /></div>
      <aside class="side" aria-label="Progress of the training"><${Stats} /><${Curves} /><${ProbePanel} /></aside>
      <${ExplainCard} />
    </main>
    <div class="page-foot"><${BestAnswers} /><${Timeline} /></div>
    <${Settings} />
    <${Narrator} />
    <${Notices} /><${ForkCard} /><${NewRunSheet} /><${Tip} />
  </div>`;
}
