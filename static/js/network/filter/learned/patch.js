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

/** @param {{image: string, name: string, text: string, box?: number[], says: string}} props `name`: of its class */
export function PictureButton({ image, name, text, box, says }) {
  return html`<button type="button" class="patch" title=${name} aria-pressed=${probe.value?.id === image}
    aria-label=${`${name}, ${pictureName(image)}: ${says}; press to make it the probe`} onClick=${() => chooseProbe(image)}>
    <${Framed} image=${image} box=${box} /><small>${text}</small></button>`;
}

/** @param {{patch: Patch, text?: string}} props `text`: in place of its value */
export function PatchButton({ patch: { image, label, value, y, x, box }, text }) {
  const says = `${text ? `${text}, ` : ""}${short(value)} at row ${y}, column ${x} of the map`;
  return html`<${PictureButton} image=${image} name=${className(label)} text=${text ?? short(value)} box=${box} says=${says} />`;
}

/** @param {{title: string, patches: Patch[]}} props */
export const PatchRow = ({ title, patches }) =>
  html`<section class="patch-row" aria-label=${title}><h3>${title}</h3><div class="patches">${patches.map(
    (patch) => html`<${PatchButton} key=${patch.image} patch=${patch} />`,
  )}</div></section>`;
