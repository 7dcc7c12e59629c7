/** A filter's biography: its way over the steps, its best patch along it, and who taught it where the way turns. */
import { useState } from "preact/hooks";
import { count, short } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { biographyFilm, learnedServer } from "../../../shared/learned-server.js";
import { parseStep } from "../../address-bar.js";
import { step } from "../../state.js";
import { askedFilter, useAsked } from "./asked.js";
import { Bars } from "./bars.js";
import { FilterFiles } from "./files.js";
import { PatchButton, PictureButton } from "./patch.js";
import { Plane } from "./plane.js";
import { AskedStatus } from "./status.js";
import { trajectoryCsv } from "./tables.js";
import { openWay } from "./tabs.js";
import { evenly } from "./words.js";

/** @typedef {import("../../../shared/learned-server.js").Trajectory} Trajectory
 * @typedef {import("../../../shared/learned-server.js").Examples} Examples
 * @typedef {import("../../../shared/learned-server.js").Patch} Patch
 * @typedef {{way: Trajectory, along: {step: number, patch: Patch}[], teachers: Examples | null}} Life */

const PATCHES = 9; // along the way
const AMONG = 500; // pictures
const PAUSE_MS = 10_000; // while it trains: its past is computed again for each

/** @param {number | null} upTo a step; null: all of them
 * @returns {(question: import("./asked.js").Question<Life>) => Promise<void>} */
const askLife =
  (upTo) =>
  async ({ filter, again, signal, show }) => {
    const way = await learnedServer.trajectory(filter, { step: upTo }, signal);
    /** @type {Life} */
    let life = { way, along: [], teachers: null };
    const more = (/** @type {Partial<Life>} */ news) => {
      life = { ...life, ...news };
      if (!again) show(life);
    };
    more({});
    if (way.bend !== null && way.bend > 0)
      more({ teachers: await learnedServer.examples(filter, { step: way.bend }, signal) });
    for (const i of evenly(way.steps.length, PATCHES)) {
      const step = way.steps[i];
      const query = { data: /** @type {const} */ ("test"), count: 1, among: AMONG, step };
      const { best } = await learnedServer.patches(filter, query, signal);
      more({ along: [...life.along, ...best.map((patch) => ({ step, patch }))] });
    }
    show(life);
  };

/** @param {{along: Life["along"]}} props */
const Along = ({ along }) =>
  html`<section class="patch-row" aria-label="What it answered to most, along the way"><h3>What it answered to most, along the way (of ${AMONG} held-out pictures)</h3>
    <div class="patches">${along.map(({ step, patch }) => html`<${PatchButton} key=${step} patch=${patch} text=${`step ${count(step)}`} />`)}</div></section>`;

/** @param {{teachers: Examples}} props */
function Teachers({ teachers: { step, batch, examples, others, total, length } }) {
  const parts = examples.map(({ example_class, example_id, along }) => ({
    name: `${example_class}, ${example_id}`,
    value: along,
    text: short(along),
  }));
  const rest = { name: `the ${count(batch - examples.length)} others`, value: others };
  const bars = batch > examples.length ? [...parts, { ...rest, text: short(others) }] : parts;
  return html`<section class="learned-part" aria-label="Who taught this filter?"><h3>Who taught this filter?</h3>
    <p class="learned-text">Its way turns most at step ${count(step)}. These pictures of that step's batch of ${count(batch)} pushed it most; below zero is against the rest.</p>
    <div class="patches">${examples.map(
      ({ image, example_class, along }) =>
        html`<${PictureButton} key=${image} image=${image} name=${example_class} text=${short(along)} says=${`its part is ${short(along)}`} />`,
    )}</div>
    <${Bars} bars=${bars} label="Each one's part of the gradient" />
    <p class="learned-control">Together ${short(total)}: the length of the gradient that the step used, ${short(length)}.</p></section>`;
}

/** Its kernels over the steps, as a film that is made when it is asked for. @param {{way: Trajectory}} props */
function Film({ way }) {
  const [isOpen, setOpen] = useState(false);
  const film = biographyFilm(askedFilter(), way.steps);
  return html`<div class="learned-film"><button type="button" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>Film</button>
    ${isOpen && html`<img class="biography-film" src=${film} alt="Its kernels over the steps, as a film" /><a class="quiet" href=${film} download>Download film</a>`}</div>`;
}

/** @param {{life: Life}} props */
const Found = ({ life: { way, along, teachers } }) =>
  html`${way.recomputed && html`<p class="hint learned-text">${way.recomputed}</p>`}
    <${Plane} way=${way} />
    ${along.length > 0 && html`<${Along} along=${along} />`}
    ${teachers && html`<${Teachers} teachers=${teachers} />`}
    <${Film} way=${way} />
    <${FilterFiles} name="biography" title="biography" tab=${`biography.${way.steps.at(-1)}`} step=${step.value} table=${() => trajectoryCsv(way)} />`;

export function Biography() {
  const upTo = parseStep(openWay.value ?? null); // a link's, which restores what was seen
  const asked = useAsked(askLife(upTo), { options: `${upTo}`, whole: true, pauseMs: PAUSE_MS });
  return html`<div class="learned" data-panel>
    <${AskedStatus} asked=${asked} waiting="Going back over its steps…" />
    ${
      asked.answer &&
      (asked.answer.way.steps.length > 1
        ? html`<${Found} life=${asked.answer} />`
        : html`<p>Its way begins with the first step.</p>`)
    }</div>`;
}
