/** A run within a page of others, such as a notebook: the network, its curves and what is used most. */
import { html } from "../shared/html.js";
import { BestAnswers } from "./drawing/answers.js";
import { NetworkPane } from "./drawing/pane.js";
import { backToNow } from "./intents.js";
import { CodeDrawer, Curves, ExplainCard, ForkCard, LoopLine, WhyPanel } from "./lazy.js";
import { Notices } from "./page/notices.js";
import { Tip } from "./page/tip.js";
import { start } from "./start.js";
import { fitted, inPast, liveRun, observed, plan, steerable } from "./state.js";
import { Kinds, Play, Step, why } from "./training/controls.js";
import { Figures } from "./training/figures.js";

/** What leads back from a step that was pressed in a curve. */
const Now = () =>
  inPast.value &&
  html`<button type="button" onClick=${backToNow} aria-keyshortcuts="Escape">Back to now</button>`;

/** The whole page of the run. */
const Whole = () =>
  liveRun.value &&
  html`<a class="quiet" href=${`./?run=${liveRun.value.id}`} target="_blank" rel="noopener">Open in a tab</a>`;

const Controls = () => html`<section class="embed-bar" aria-label="Controls">
    ${(steerable.value || !observed.value) && html`<${Play} /><${Step} />`}<${LoopLine} /><${Now} /><${Figures} /><${Kinds} /><${Whole} />
    ${why() && html`<p class="embed-why">${why()}</p>`}
  </section>`;

/** The answers stay in sight where a filter is open. */
const room = () => ({
  "--answers": `${plan.value?.answers ? plan.value.answers.width + 16 : 0}px`,
});

function EmbeddedRun() {
  return html`<div class="embed">
    <${Controls} />
    <main class="embed-stage">
      <div class="embed-network" id="network" tabindex="-1" style=${room()}><${NetworkPane} /><${CodeDrawer} /></div>
      <div class="embed-answers"><${BestAnswers} /></div>
      <aside class="embed-side" aria-label="Progress of the training"><${Curves} /><${WhyPanel} /></aside>
      <${ExplainCard} />
    </main>
    <${Notices} /><${ForkCard} /><${Tip} />
  </div>`;
}

fitted.value = true;
start(EmbeddedRun);
