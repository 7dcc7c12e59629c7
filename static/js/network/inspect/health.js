/** How the run is: what may be wrong and what to try, and the sizes that it is judged by. */
import { count, percent } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { noticeError } from "../../shared/notices.js";
import { openFilter } from "../intents.js";
import { lazy, styled } from "../lazy.js";
import { Said } from "../narrator/findings.js";
import { linesOf } from "../narrator/queue.js";
import { findings as told } from "../narrator/told.js";
import { busy, hoveredCell, inspect, playing } from "../state.js";
import { outlineLayer } from "./outline.js";
import { tab } from "./question.js";
import { figures, HEALTHY, placeOfGradient, placeOfRatio, wrongWith } from "./scale.js";

/** @typedef {import("../../shared/inspect-server.js").Health} Health */
/** @typedef {Health["findings"][number]} Finding @typedef {Health["layers"][number]} LayerSizes */

const FIRST = 8; // findings that stand there at once

/** Goes on in a fork, from the step that the finding is of. @param {Finding} finding */
const tryIt = ({ remedy }) =>
  import("../timeline/fork.js").then(({ fork }) => fork(remedy.fork, null), noticeError);

/** @param {{layer: string, filter: number}} props */
function FilterPlace({ layer, filter }) {
  const mark = (/** @type {boolean} */ on) => () => {
    hoveredCell.value = on ? { layer, channel: filter } : null;
  };
  return html`<button type="button" onClick=${() => openFilter(layer, filter)} onMouseEnter=${mark(true)} onFocus=${mark(true)}
    onMouseLeave=${mark(false)} onBlur=${mark(false)}>Open ${layer}, filter ${filter}</button>`;
}

/** @param {{finding: Finding}} props */
const FindingNow = ({ finding }) =>
  html`<p>${finding.sentence}</p><div class="inspect-acts">
    <button type="button" disabled=${busy.value !== null} onClick=${() => tryIt(finding)}>${finding.remedy.sentence.replace(/\.$/, "")}</button>
    ${
      finding.filter === null
        ? html`<button type="button" onClick=${() => outlineLayer(finding.layer)}>Show ${finding.layer}</button>`
        : html`<${FilterPlace} layer=${finding.layer} filter=${finding.filter} />`
    }</div>`;

/** @param {{findings: Finding[]}} props */
const List = ({ findings }) =>
  html`<ol class="inspect-findings">${findings.map(
    (one) =>
      html`<li key=${`${one.kind} ${one.layer} ${one.filter} ${one.other}`}><${FindingNow} finding=${one} /></li>`,
  )}</ol>`;

/** @param {{of: Health}} props */
function Findings({ of: { findings, step, layers } }) {
  const known = layers.some(({ ratio }) => ratio !== null);
  const rest = findings.slice(FIRST);
  const says = findings.length
    ? `${findings.length === 1 ? "One thing" : `${count(findings.length)} things`} may be wrong at step ${count(step)}.`
    : `Nothing is wrong at step ${count(step)}.`;
  return html`<p class="inspect-says" aria-live=${playing.value ? "off" : "polite"} data-test="health"><b>${says}</b></p>
    ${!known && html`<p class="inspect-hint">No step of this run led to this state, so there is no gradient and no update yet: filters and ReLUs alone were looked at.</p>`}
    <${List} findings=${findings.slice(0, FIRST)} />
    ${rest.length > 0 && html`<details><summary class="quiet">${count(rest.length)} more</summary><${List} findings=${rest} /></details>`}`;
}

/** @param {{name: string}} props */
const LayerName = ({ name }) =>
  html`<th scope="row"><button type="button" class="quiet" aria-label=${`Show ${name}`} onClick=${() => outlineLayer(name)}>${name}</button></th>`;

/** @param {{ratio: number | null}} props */
function Ratio({ ratio }) {
  const wrong = wrongWith(ratio);
  return html`<td class="inspect-number">${figures(ratio)}${wrong && html` <b class="inspect-wrong">${wrong}</b>`}</td>
    <td class="inspect-bar inspect-zone" aria-hidden="true">${ratio !== null && html`<i class=${wrong ? "wrong" : ""} style=${{ width: `${100 * placeOfRatio(ratio)}%` }}></i>`}</td>`;
}

const [BAR, HIGH] = [6, 28]; // pixels of a filter's bar

/** Bars of the update ÷ weight of each filter; one without is a cross.
 * @param {{layer: string, ratios: number[], dead: number[]}} props */
function Filters({ layer, ratios, dead }) {
  const bars = ratios.map((ratio, k) => {
    if (dead.includes(k)) return "";
    const high = HIGH * placeOfRatio(ratio);
    return `M${k * BAR} ${HIGH}v${-high.toFixed(1)}h${BAR - 1}v${high.toFixed(1)}z`;
  });
  const crosses = dead.map((k) => `M${k * BAR} ${HIGH - 8}l5 7m0-7l-5 7`);
  const [top, bottom] = [HEALTHY.most, HEALTHY.least].map((at) => HIGH * (1 - placeOfRatio(at)));
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  const wide = BAR * ratios.length;
  const says = `${figures(least)} to ${figures(most)}${dead.length ? `; × dead: ${dead.join(", ")}` : ""}`;
  return html`<tr class="inspect-filters"><td></td><td colspan="4">
    <svg viewBox=${`0 0 ${wide} ${HIGH}`} width=${wide} role="img" aria-label=${`Update ÷ weight of each filter of ${layer}`}>
      <rect class="inspect-healthy" x="0" y=${top} width=${wide} height=${bottom - top} /><path class="inspect-ratios" d=${bars.join("")} /><path class="inspect-dead" d=${crosses.join("")} /></svg>
    <span>each filter: ${says}</span></td></tr>`;
}

/** @param {{of: Health}} props */
function Sizes({ of: { layers, findings } }) {
  const most = Math.max(0, ...layers.map(({ gradient }) => gradient ?? 0));
  const dead = (/** @type {string} */ layer) =>
    findings.flatMap((one) =>
      one.kind === "dead_filter" && one.layer === layer ? [one.filter ?? 0] : [],
    );
  return html`<table class="inspect-table"><caption>Layers from the input on. Bars are logarithmic; the shaded zone, ${HEALTHY.least} to ${HEALTHY.most}, is healthy.</caption>
    <thead><tr><th scope="col">Layer</th><th scope="col" class="inspect-number">Update ÷ weight</th><td></td><th scope="col" class="inspect-number">Gradient</th><td></td></tr></thead>
    <tbody>${layers.map(
      (
        one,
      ) => html`<tr key=${one.layer}><${LayerName} name=${one.layer} /><${Ratio} ratio=${one.ratio} />
        <td class="inspect-number">${figures(one.gradient)}</td>
        <td class="inspect-bar" aria-hidden="true"><i style=${{ width: `${100 * placeOfGradient(one.gradient ?? 0, most)}%` }}></i></td></tr>
        ${one.filter_ratios && html`<${Filters} key=${`${one.layer} filters`} layer=${one.layer} ratios=${one.filter_ratios} dead=${dead(one.layer)} />`}`,
    )}</tbody></table>`;
}

/** @param {{of: Health}} props */
const Clamped = ({ of: { clamped, images } }) =>
  clamped.length > 0 &&
  html`<table class="inspect-table"><caption>Share of each ReLU's values that are 0, over ${count(images)} held-out pictures.</caption>
    <tbody>${clamped.map(
      ({
        layer,
        share,
      }) => html`<tr key=${layer}><${LayerName} name=${layer} /><td class="inspect-number">${percent(share)}</td>
        <td class="inspect-bar" aria-hidden="true"><i style=${{ width: `${100 * share}%` }}></i></td></tr>`,
    )}</tbody></table>`;

/** What the narrator told of the run up to there. @param {{upTo: number}} props */
function Told({ upTo }) {
  const lines = linesOf(told.value.filter(({ step }) => step <= upTo)).toReversed();
  if (!lines.length) return null;
  return html`<section class="inspect-part" aria-label="What happened so far"><h3>What happened so far</h3>
    <ol>${lines.map((line) => html`<li key=${line.finding.id}><${Said} ...${line} /></li>`)}</ol></section>`;
}

const isCourseOpen = () => tab.value === "health" && Boolean(inspect.value?.of);

const Course = lazy(
  isCourseOpen,
  (again) =>
    styled(import(`./sizes/view.js${again}`), "distributions").then(
      (module) => module.SizesOverSteps,
    ),
  html`<p class="inspect-hint" role="status">Opening…</p>`,
);

/** The sizes over the steps, once they are asked for. */
function OverTheSteps() {
  const open = isCourseOpen();
  const turn = () => {
    inspect.value = { inspect: "health", of: open ? null : "ratio" };
  };
  return html`<section class="inspect-part" aria-label="Over the steps">
    <div class="inspect-acts"><button type="button" aria-expanded=${open} onClick=${turn}>${open ? "Hide the steps" : "Over the steps"}</button></div>
    ${open && html`<${Course} />`}</section>`;
}

/** @param {{of: Health}} props */
export const HealthOfRun = ({ of }) =>
  html`<${Findings} of=${of} /><${Sizes} of=${of} /><${OverTheSteps} /><${Clamped} of=${of} /><${Told} upTo=${of.step} />`;
