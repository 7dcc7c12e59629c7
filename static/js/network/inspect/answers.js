/** What the network takes the held-out pictures for: the matrix, a cell's pictures, each class. */
import { useRef, useState } from "preact/hooks";
import { count, percent, plural } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { testNumber } from "../../shared/image-id.js";
import { address } from "../../shared/server.js";
import { chooseProbe } from "../intents.js";
import { inspect, playing, probe, run } from "../state.js";
import { cellText, parseCell, shadeOf } from "./cell.js";
import { asked, cell } from "./question.js";

/** @typedef {import("../../shared/inspect-server.js").Confusion} Confusion */
/** @typedef {import("../../shared/inspect-server.js").CellImages} CellImages */
/** @typedef {Confusion["mistakes"][number]} AnsweredImage */

const SHADED = 0.55; // of a cell's colour at most, so that its number can be read
const MOST_CLASSES = 120; // in a matrix: more cells than that no page draws in time

/** @param {import("./cell.js").Cell | null} place */
function open(place) {
  inspect.value = { inspect: "answers", cell: place && cellText(place) };
}

/** What a cell says, in words. @param {string[]} names @param {number} own @param {number} taken */
const cellWords = (names, own, taken) =>
  own === taken ? `${names[own]}, right` : `${names[own]} taken for ${names[taken]}`;

/** @param {{counts: number[], own: number, all: number, names: string[], stop: string, chosen: string}} props
 *   `stop`: the cell that Tab comes to */
const Row = ({ counts, own, all, names, stop, chosen }) =>
  html`<tr><th scope="row" title=${names[own]}><span>${names[own]}</span></th>${counts.map(
    (number, taken) => {
      const at = `${own},${taken}`;
      const kind = own === taken ? "plus" : "minus";
      const share = `${(100 * SHADED * shadeOf(number, all)).toFixed(1)}%`;
      return html`<td key=${taken}><button type="button" data-cell=${at} tabindex=${at === stop ? 0 : -1} aria-pressed=${at === chosen}
        aria-label=${`${cellWords(names, own, taken)}: ${count(number)}`} title=${`${cellWords(names, own, taken)}: ${plural(number, "picture")}`}
        style=${{ background: `color-mix(in srgb, var(--${kind}) ${share}, var(--panel))` }}>${count(number)}</button></td>`;
    },
  )}</tr>`;

const TURNS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/** @param {{of: Confusion}} props */
function Matrix({ of: { matrix, classes } }) {
  const table = useRef(/** @type {HTMLElement | null} */ (null));
  const [stop, setStop] = useState("0,0");
  const names = classes.map((one) => one.class);
  const chosen = cell.value ? cellText(cell.value) : "";
  const pressed = (/** @type {Event} */ event) =>
    event.target instanceof Element ? event.target.closest("[data-cell]") : null;
  const onClick = (/** @type {Event} */ event) => {
    const at = pressed(event)?.getAttribute("data-cell") ?? null;
    if (at) open(at === chosen ? null : parseCell(at));
  };
  const onFocusIn = (/** @type {Event} */ event) =>
    setStop(pressed(event)?.getAttribute("data-cell") ?? stop);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const turn = TURNS[/** @type {"ArrowUp"} */ (event.key)];
    const at = parseCell(pressed(event)?.getAttribute("data-cell") ?? null);
    if (!turn || !at) return;
    event.preventDefault();
    const next = `${at.true + turn[0]},${at.predicted + turn[1]}`;
    const to = table.current?.querySelector(`[data-cell="${next}"]`);
    if (to instanceof HTMLElement) to.focus();
  };
  return html`<p class="inspect-hint" id="inspect-matrix">Rows: what it is. Columns: what it is taken for. Press a number to see its pictures.</p>
    <div class="inspect-scroll"><table ref=${table} class="inspect-matrix" aria-labelledby="inspect-matrix" style=${{ "--classes": names.length }} onClick=${onClick} onFocusIn=${onFocusIn} onKeyDown=${onKeyDown}>
    <thead><tr><td></td>${names.map((name, i) => html`<th scope="col" key=${i} title=${name}><span>${name}</span></th>`)}</tr></thead>
    <tbody>${matrix.map(
      (counts, own) =>
        html`<${Row} key=${own} counts=${counts} own=${own} all=${classes[own].count} names=${names} stop=${stop} chosen=${chosen} />`,
    )}</tbody></table></div>`;
}

/** @param {{images: AnsweredImage[], says?: (image: AnsweredImage) => string}} props */
const Pictures = ({ images, says }) =>
  html`<ul class="inspect-images">${images.map(
    (
      image,
    ) => html`<li key=${image.image}><button type="button" aria-pressed=${probe.value?.id === image.image}
      title="Make it the probe" onClick=${() => chooseProbe(image.image)}>
      <img src=${address.image(run.value?.id ?? "", image.image, "original")} alt=${`Test picture ${testNumber(image.image)}`} width="56" height="56" loading="lazy" />
      <b>${percent(image.confidence, 0)}</b>${says && html`<span>${says(image)}</span>`}</button></li>`,
  )}</ul>`;

/** The pictures of the cell that is open. @param {{found: CellImages | null, names: string[]}} props */
function CellPictures({ found, names }) {
  const place = cell.value;
  if (!place) return null;
  const { true: own, predicted: taken } = place;
  const is = found?.true === own && found.predicted === taken ? found : null;
  if (!is)
    return html`<p class="inspect-hint" role="status">${!asked.problem.value && "Asking…"}</p>`;
  const most = is.images.length < is.count ? `the ${is.images.length} surest` : "the surest first";
  return html`<section class="inspect-part" aria-label="Pictures of the cell"><header><h3>${cellWords(names, own, taken)}: ${plural(is.count, "picture")}${is.count > 1 && `, ${most}`}</h3>
      <button type="button" class="quiet" onClick=${() => open(null)}>Close pictures</button></header>
    ${is.count > 0 && html`<${Pictures} images=${is.images} />`}</section>`;
}

/** A share as number and bar. @param {{share: number | null}} props */
const Share = ({ share }) =>
  html`<td class="inspect-number">${share === null ? "–" : percent(share)}</td>
    <td class="inspect-bar" aria-hidden="true"><i style=${{ width: `${100 * (share ?? 0)}%` }}></i></td>`;

/** @param {{of: Confusion}} props */
const Classes = ({ of }) =>
  html`<table class="inspect-table"><caption>Each class. Recall: how many of its pictures are found. Precision: how many of those taken for it are its own.</caption>
    <thead><tr><th scope="col">Class</th><th scope="col" class="inspect-number">Pictures</th><th scope="col" class="inspect-number">Recall</th><td></td><th scope="col" class="inspect-number">Precision</th><td></td></tr></thead>
    <tbody>${of.classes.map(
      (
        one,
      ) => html`<tr key=${one.index}><th scope="row">${one.class}</th><td class="inspect-number">${count(one.count)}</td>
        <${Share} share=${one.recall} /><${Share} share=${one.precision} /></tr>`,
    )}</tbody></table>`;

/** @param {{of: Confusion, pictures: CellImages | null}} props */
export function Answers({ of, pictures }) {
  const names = of.classes.map((one) => one.class);
  return html`<p class="inspect-says" aria-live=${playing.value ? "off" : "polite"} data-test="accuracy"><b>${percent(of.accuracy)}</b> of ${count(of.count)} held-out pictures are right at step ${count(of.step)}.</p>
    ${
      names.length > MOST_CLASSES
        ? html`<p class="inspect-hint">A matrix of ${count(names.length)} classes is too large to draw; its numbers are in the CSV.</p>`
        : html`<${Matrix} of=${of} />`
    }
    <${CellPictures} found=${pictures} names=${names} />
    ${
      of.mistakes.length > 0 &&
      html`<section class="inspect-part" aria-label="The surest mistakes"><h3>The surest mistakes: press one to see how it is seen</h3>
      <${Pictures} images=${of.mistakes} says=${(/** @type {AnsweredImage} */ one) => `${names[one.true]}, not ${names[one.predicted]}`} /></section>`
    }
    <${Classes} of=${of} />`;
}
