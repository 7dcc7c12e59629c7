/** A picture of the run's data with the part that a filter sees framed; pressed, it becomes the probe. */
import { short } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { address } from "../../../shared/server.js";
import { chooseProbe } from "../../intents.js";
import { inputShape, liveRun, probe } from "../../state.js";

/** @typedef {import("../../../shared/learned-server.js").Patch} Patch */

/** "test-674" is test picture 674. @param {string} image */
const pictureName = (image) => {
  const [half, number] = image.split("-");
  return `${half === "test" ? "test" : "training"} picture ${number}`;
};

/** @param {number} label */
const className = (label) => liveRun.value?.classes[label] ?? `class ${label}`;

/** As the network sees it. @param {{image: string, box?: number[]}} props `box`: row, column, height and width */
function Framed({ image, box }) {
  const [, rows, cols] = inputShape.value;
  const of = (/** @type {number} */ px, /** @type {number} */ all) => `${(100 * px) / all}%`;
  return html`<span class="patch-picture" style=${{ aspectRatio: `${cols} / ${rows}` }}>
    <img src=${address.image(liveRun.value?.id ?? "", image, "input")} alt="" loading="lazy" />
    ${
      box &&
      html`<span class="patch-box" style=${{
        top: of(box[0], rows),
        left: of(box[1], cols),
        height: of(box[2], rows),
        width: of(box[3], cols),
      }}></span>`
    }</span>`;
}

/** What the place sees alone, as large as the whole picture; of all of it nothing. @param {{image: string, box: number[]}} props */
function Close({ image, box: [y, x, height, width] }) {
  const [, rows, cols] = inputShape.value;
  if (height >= rows && width >= cols) return null;
  const of = (/** @type {number} */ px, /** @type {number} */ all) => `${(100 * px) / all}%`;
  const side = Math.max(height, width);
  const room = { width: of(width, side), height: of(height, side) };
  const whole = {
    width: of(cols, width),
    height: of(rows, height),
    left: of(-x, width),
    top: of(-y, height),
  };
  return html`<span class="patch-close"><span style=${room}>
    <img src=${address.image(liveRun.value?.id ?? "", image, "input")} alt="" loading="lazy" style=${whole} /></span></span>`;
}

/** @param {{image: string, name: string, text: string, box?: number[], close?: boolean, says: string}} props
 *   `name`: of its class; `close`: the place is shown large, too */
export function PictureButton({ image, name, text, box, close, says }) {
  return html`<button type="button" class="patch" title=${name} aria-pressed=${probe.value?.id === image}
    aria-label=${`${name}, ${pictureName(image)}: ${says}; press to make it the probe`} onClick=${() => chooseProbe(image)}>
    ${close && box && html`<${Close} image=${image} box=${box} />`}<${Framed} image=${image} box=${box} /><small>${text}</small></button>`;
}

/** @param {{patch: Patch, text?: string, close?: boolean}} props `text`: in place of its value */
export function PatchButton({ patch: { image, label, value, y, x, box }, text, close }) {
  const says = `${text ? `${text}, ` : ""}${short(value)} at row ${y}, column ${x} of the map`;
  return html`<${PictureButton} image=${image} name=${className(label)} text=${text ?? short(value)} box=${box} close=${close} says=${says} />`;
}

/** @param {{title: string, patches: Patch[], close?: boolean}} props */
export const PatchRow = ({ title, patches, close }) =>
  html`<section class="patch-row" aria-label=${title}><h3>${title}</h3><div class="patches">${patches.map(
    (patch) => html`<${PatchButton} key=${patch.image} patch=${patch} close=${close} />`,
  )}</div></section>`;
