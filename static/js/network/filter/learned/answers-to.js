/** What a filter answers to: the pictures that excite it most and least, beside those of before it learned. */
import { count, short } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { learnedServer } from "../../../shared/learned-server.js";
import { useAsked } from "./asked.js";
import { Bars } from "./bars.js";
import { FilterFiles } from "./files.js";
import { PatchRow } from "./patch.js";
import { AskedStatus, Choice } from "./status.js";
import { patchesCsv } from "./tables.js";
import { openAt, openWay } from "./tabs.js";
import { alikeWords, seenWords } from "./words.js";

/** @typedef {import("../../../shared/learned-server.js").Patches} Patches @typedef {"test" | "train"} Half */

const AMONG = [500, 2000, 10_000]; // pictures: the first few at once
const HALVES = /** @type {[Half, string][]} */ ([
  ["test", "held-out pictures"],
  ["train", "training pictures"],
]);

/** Of ever more pictures; where some are on screen, of all at once.
 * @param {Half} half @returns {(question: import("./asked.js").Question<Patches>) => Promise<void>} */
const askPatches =
  (half) =>
  async ({ filter, step, again, signal, show }) => {
    for (const among of again ? AMONG.slice(-1) : AMONG) {
      const query = { data: half, count: 9, among, step };
      const answer = await learnedServer.patches(filter, query, signal);
      show(answer);
      if (answer.images >= answer.of) return;
    }
  };

/** @param {{answer: Patches, isWorking: boolean}} props */
function Found({ answer, isWorking }) {
  const { best, least, classes, control, images, of, data } = answer;
  const seen = seenWords({ images, of, half: data, isWorking });
  const bars = classes.map(({ class: name, value }) => ({ name, value, text: short(value) }));
  return html`<p class="hint learned-text" role="status">${seen} Step ${count(answer.step)}.</p>
    <${PatchRow} title="Most: each picture's best place, and where it is" patches=${best} close />
    <${PatchRow} title="Least" patches=${least} />
    <${PatchRow} title=${`Most, before it learned (${control.of})`} patches=${control.best} close />
    <p class="learned-control">${alikeWords(control.correlation, control.of, "answered to")}</p>
    <section class="learned-part"><h3>How much it answers to each class: the mean of its pictures' highest values</h3>
      <${Bars} bars=${bars} label="What it gives for each class" /></section>
    <${FilterFiles} name="answers-to" title="answers to" step=${answer.step} table=${() => patchesCsv(answer)} />`;
}

export function AnswersTo() {
  const half = openWay.value === "train" ? "train" : "test";
  const asked = useAsked(askPatches(half), { options: half });
  return html`<div class="learned" data-panel>
    <${Choice} label="Pictures to look at" options=${HALVES} now=${half} choose=${(/** @type {Half} */ to) => openAt(to === "train" ? "answers-to.train" : "answers-to")} />
    <${AskedStatus} asked=${asked} waiting=${`Looking at the first ${AMONG[0]} pictures…`} />
    ${asked.answer && html`<${Found} answer=${asked.answer} isWorking=${asked.isWorking} />`}</div>`;
}
