/** The picture that a filter wants, as the film of the way there, beside that of before it learned. */
import { count, short } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { learnedServer, wantedAddress } from "../../../shared/learned-server.js";
import { Problem } from "../../../shared/server.js";
import { layers, probe, probeVersion } from "../../state.js";
import { askedFilter, useAsked } from "./asked.js";
import { FilterFiles } from "./files.js";
import { FilmControls, Picture, useFilm } from "./film.js";
import { AskedStatus, Choice } from "./status.js";
import { openAt, openWay } from "./tabs.js";
import { alikeWords } from "./words.js";

/** @typedef {import("../../../shared/learned-server.js").Maximization} Maximization */

const STEPS = [64, 16, 4]; // fewer where a film of all would be too large
const TOO_LARGE = 413;
const [NARROW_PX, LEAST_PX, MOST_PX] = [152, 176, 320]; // of a picture's side
const PHONE_PX = 600; // of the window's width
const OTHERS_PX = 612; // of the window's height, what stands above and below the pictures
const STARTS = /** @type {[string, string][]} */ ([
  ["noise", "from noise"],
  ["probe", "from the probe"],
]);

/** As large as leaves all in sight. @returns {number} CSS pixels */
const sideOfPicture = () =>
  innerWidth < PHONE_PX
    ? NARROW_PX
    : Math.max(LEAST_PX, Math.min(MOST_PX, innerHeight - OTHERS_PX));

/** @param {string} from @returns {(question: import("./asked.js").Question<Maximization>) => Promise<void>} */
const askFilm =
  (from) =>
  async ({ filter, step, signal, show }) => {
    for (const steps of STEPS) {
      try {
        return show(await learnedServer.maximization(filter, { from, steps, step }, signal));
      } catch (error) {
        const isLast = steps === STEPS.at(-1);
        if (isLast || !(error instanceof Problem && error.status === TOO_LARGE)) throw error;
      }
    }
  };

/** What the unit sees, and how it is made. @param {{answer: Maximization}} props */
function What({ answer: { layer, box, shape, step } }) {
  const first = layers.value[0]?.name === layer;
  return html`<p class="learned-text">The ${box[2]}×${box[3]} pixels that the middle of its map sees, changed step by step so that it gives more. ${
    first
      ? `In a first layer the end is exact: ${shape[1] === 3 ? "each colour is full where its weight is above 0, and absent where it is below" : "white where its weight is above 0, black where it is below"}.`
      : "It is smoothed a little; another start leads to another picture."
  } Step ${count(step)} of the run.</p>`;
}

/** @param {{answer: Maximization, about: string, from: string}} props */
function Film({ answer, about, from }) {
  const { frames, values, control } = answer;
  const film = useFilm(about, frames.length);
  const side = sideOfPicture();
  const query = { from, steps: frames.length - 1, step: answer.step };
  const filter = askedFilter();
  return html`<div class="wants">
      <figure><${Picture} picture=${frames[film.at]} width=${side} stamp=${answer.step} label=${`What this filter wants, after ${film.at} steps of ascent`} />
        <figcaption>gives <b>${short(values[film.at])}</b>; at the start ${short(values[0])}, at the end ${short(values.at(-1))}</figcaption></figure>
      <figure><${Picture} picture=${control.picture} width=${side} stamp=${answer.step} label="What it wanted before it learned" />
        <figcaption>before it learned (${control.of}): gave ${short(control.value)}</figcaption></figure></div>
    <${FilmControls} film=${film} length=${frames.length} />
    <p class="learned-control">${alikeWords(control.correlation, control.of, "wanted")}</p>
    <${FilterFiles} name="wants" title="wants" step=${answer.step} npy=${wantedAddress(filter, { ...query, format: "npy" })}>
      <a class="quiet" href=${wantedAddress(filter, { ...query, format: "webp" })} download>Download film</a><//>`;
}

export function Wants() {
  const start = openWay.value === "probe" ? "probe" : "noise";
  const from = start === "probe" ? (probe.value?.id ?? "noise") : "noise";
  const asked = useAsked(askFilm(from), {
    options: `${from} ${start === "probe" ? probeVersion.value : 0}`,
  });
  return html`<div class="learned" data-panel>
    <${Choice} label="Where the ascent starts" options=${STARTS} now=${start} choose=${(/** @type {string} */ to) => openAt(to === "probe" ? "wants.probe" : "wants")} />
    <${AskedStatus} asked=${asked} waiting="Climbing…" />
    ${asked.answer && html`<${What} answer=${asked.answer} /><${Film} answer=${asked.answer} about=${asked.about} from=${from} />`}</div>`;
}
