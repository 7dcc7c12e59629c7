/** What a filter is worth: the accuracy that is lost when it alone is silent, among the filters of its layer. */
import { count, percent } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { learnedServer } from "../../../shared/learned-server.js";
import { openFilter } from "../../intents.js";
import { Roving } from "../../page/roving.js";
import { liveRun, openedFilter } from "../../state.js";
import { useAsked } from "./asked.js";
import { BarRow, Bars, scaleOf } from "./bars.js";
import { FilterFiles } from "./files.js";
import { AskedStatus } from "./status.js";
import { worthCsv } from "./tables.js";
import { points } from "./words.js";

/** @typedef {import("../../../shared/learned-server.js").Ablation} Ablation @typedef {Ablation["filters"][number]} Worth */

/** @param {import("./asked.js").Question<Ablation>} question */
const askWorth = async ({ filter, step, signal, show }) =>
  show(await learnedServer.ablation(filter, step, signal));

/** @param {Ablation} answer most is lost first; of equals the lower number */
const ranked = ({ filters }) => [...filters].sort((a, b) => b.lost - a.lost || a.filter - b.filter);

/** @param {{answer: Ablation, own: number}} props */
function Ranking({ answer, own }) {
  const bars = ranked(answer).map(({ filter, lost }) => ({
    filter,
    name: `filter ${filter}`,
    value: lost,
    text: points(lost),
  }));
  const scale = scaleOf(bars);
  return html`<section class="learned-part"><h3>Accuracy lost without each filter of ${answer.layer}, in points</h3>
    <${Roving} as="ol" class="learned-bars ranking" label="Filters by what is lost without them">${bars.map(
      (
        bar,
      ) => html`<li key=${bar.filter}><button type="button" aria-current=${bar.filter === own ? "true" : undefined}
        onClick=${() => openFilter(answer.layer, bar.filter, "is-worth")}><${BarRow} bar=${bar} ...${scale} /></button></li>`,
    )}<//></section>`;
}

/** @param {{worth: Worth}} props */
function Classes({ worth }) {
  const bars = worth.classes.map((value, i) => ({
    name: liveRun.value?.classes[i] ?? `class ${i}`,
    value,
    text: value === null ? "–" : points(value),
  }));
  return html`<section class="learned-part"><h3>Of each class, without this filter, in points</h3>
    <${Bars} bars=${bars} label="Accuracy lost for each class" /></section>`;
}

/** @param {{answer: Ablation, own: number}} props */
function Found({ answer, own }) {
  const worth = answer.filters.find(({ filter }) => filter === own);
  if (!worth) return null;
  const place = ranked(answer).indexOf(worth) + 1;
  return html`<p class="learned-text">${percent(answer.accuracy)} of ${count(answer.images)} held-out pictures are named rightly at step ${count(answer.step)}; with filter ${own} silent it is <b>${percent(worth.accuracy)}</b>. By what is lost it comes ${place} of ${answer.filters.length}.</p>
    <div class="worth-parts"><${Ranking} answer=${answer} own=${own} /><${Classes} worth=${worth} /></div>
    <${FilterFiles} name="is-worth" title="is worth" step=${answer.step} table=${() => worthCsv(answer, liveRun.peek()?.classes ?? [])} />`;
}

export function IsWorth() {
  const asked = useAsked(askWorth);
  return html`<div class="learned" data-panel>
    <${AskedStatus} asked=${asked} waiting="Silencing one filter after another…" />
    ${asked.answer && html`<${Found} answer=${asked.answer} own=${openedFilter.value?.channel ?? 0} />`}</div>`;
}
