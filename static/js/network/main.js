/** The whole page, from top to bottom. */
import { html } from "../shared/html.js";
import { BestAnswers } from "./drawing/answers.js";
import { NetworkPane } from "./drawing/pane.js";
import {
  AllFindings,
  CodeDrawer,
  Curves,
  ExplainCard,
  FindingNow,
  ForkCard,
  Guide,
  InspectPanel,
  NewRunSheet,
  ObservedProbe,
  Timeline,
  WhyPanel,
} from "./lazy.js";
import { Header } from "./page/header.js";
import { Notices } from "./page/notices.js";
import { Tip } from "./page/tip.js";
import { ProbePanel } from "./probe/panel.js";
import { start } from "./start.js";
import { inspect, observed, plan } from "./state.js";
import { Controls, Settings } from "./training/controls.js";
import { Stats } from "./training/stats.js";

const openInspect = () => {
  inspect.value = { inspect: "health" };
};

/** One line that says what the run just did, and the way to how it is. */
const Narrator = () =>
  !observed.value &&
  html`<section class="narrator" aria-label="What the run did">
    <p aria-live="polite" data-test="narrator"><${FindingNow} /></p>
    <button type="button" class="quiet" onClick=${openInspect}>Health and answers</button><${AllFindings} />
  </section>`;

function App() {
  return html`<div class="page">
    <${Header} />
    <${Controls} />
    <main class="stage">
      <${Guide} />
      <div class="depths" id="network" tabindex="-1" style=${{ "--answers": `${plan.value?.answers ? plan.value.answers.width + 16 : 0}px` }}><${NetworkPane} /><${CodeDrawer} /></div>
      <aside class="side" aria-label="Progress of the training"><${Stats} /><${Curves} /><${InspectPanel} /><${WhyPanel} />${observed.value ? html`<${ObservedProbe} />` : html`<${ProbePanel} />`}</aside>
      <${ExplainCard} />
    </main>
    <div class="page-foot"><${BestAnswers} /><${Timeline} /></div>
    <${Settings} />
    <${Narrator} />
    <${Notices} /><${ForkCard} /><${NewRunSheet} /><${Tip} />
  </div>`;
}

start(App);
