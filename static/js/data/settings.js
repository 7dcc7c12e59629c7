/** What is chosen for all pictures of a set before it is kept. */
import { useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { choose } from "./intents.js";
import { Line } from "./line.js";
import { preview } from "./state.js";

/** @typedef {import("../shared/types.js").Options} Options */

const SIDES = [16, 24, 28, 32, 48, 64, 96, 128, 192, 256];
const FITS = /** @type {const} */ ([
  ["crop", "Crop", "to the middle, as far as the proportions differ"],
  ["pad", "Pad", "with black, so that all of it is seen"],
  ["stretch", "Stretch", "whatever its proportions are"],
]);

/** @param {{name: string, label: string, children?: any}} props */
const Setting = ({ name, label, children }) =>
  html`<div class="setting"><label for=${`set-${name}`}>${label}</label>${children}</div>`;

/** @param {{name: string, label: string, value: string, options: (readonly [string, string])[], onPick: (value: string) => void}} props */
const Select = ({
  name,
  label,
  value,
  options,
  onPick,
}) => html`<${Setting} name=${name} label=${label}>
    <select id=${`set-${name}`} value=${value} onChange=${(/** @type {any} */ e) => onPick(e.currentTarget.value)}>
      ${options.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
    </select><//>`;

/** @param {{now: import("../shared/types.js").Arranged}} props */
function Size({ now }) {
  const [, high, wide] = now.shape;
  const sizes = SIDES.map((side) => [side, side]);
  if (!SIDES.includes(high) || high !== wide) sizes.unshift([high, wide]);
  const options = sizes.map(([h, w]) => /** @type {const} */ ([`${h} ${w}`, `${h} × ${w} pixels`]));
  const onPick = (/** @type {string} */ text) => {
    const [h, w] = text.split(" ").map(Number);
    choose({ size: [h, w] });
  };
  return html`<${Select} name="size" label="Size" value=${`${high} ${wide}`} options=${options} onPick=${onPick} />`;
}

/** @param {{fit: string}} props */
const Fit = ({ fit }) => html`<fieldset class="fits"><legend>Pictures of other proportions</legend>
    ${FITS.map(
      ([
        is,
        name,
        says,
      ]) => html`<label class="check"><input type="radio" name="fit" value=${is} checked=${fit === is}
        onChange=${() => choose({ fit: is })} /><span><b>${name}</b> <span class="muted">${says}</span></span></label>`,
    )}
  </fieldset>`;

/** @param {{options: import("../shared/types.js").Preview["options"]}} props */
function Split({ options }) {
  const share = Math.round((options.held_out ?? 0.15) * 100);
  const whole = (/** @type {any} */ event, /** @type {(value: number) => void} */ take) => {
    const field = event.currentTarget;
    if (field.value !== "" && field.checkValidity()) take(Number(field.value));
    else field.value = field.defaultValue;
  };
  return html`<${Setting} name="share" label="Held out, %">
      <input id="set-share" type="number" min="5" max="50" step="1" defaultValue=${share} key=${share}
        onChange=${(/** @type {any} */ e) => whole(e, (value) => choose({ held_out: value / 100 }))} /><//>
    <${Setting} name="seed" label="Seed of the split">
      <input id="set-seed" type="number" min="0" max="9007199254740991" step="1" defaultValue=${options.seed ?? 0} key=${`s${options.seed}`}
        onChange=${(/** @type {any} */ e) => whole(e, (value) => choose({ seed: value }))} /><//>
    <p class="muted">What is held out is never trained on. Equal pictures, and those of one burst, stay on one side.</p>`;
}

/** @param {{now: import("../shared/types.js").Arranged}} props */
export function Settings({ now }) {
  const [open] = useState(() => !matchMedia("(max-width: 600px)").matches); // at first
  const options = preview.value?.options;
  if (!options) return null;
  return html`<section aria-label="For all pictures"><details open=${open}><summary>For all pictures</summary>
    <div class="editor-settings">
    <${Size} now=${now} />
    <${Select} name="channels" label="Colour" value=${String(now.shape[0])} options=${[["3", "in colour"], ["1", "grey"]]}
      onPick=${(/** @type {string} */ value) => choose({ channels: /** @type {1 | 3} */ (Number(value)) })} />
    <${Fit} fit=${options.fit ?? "crop"} />
    <${Split} options=${options} />
    <label class="check"><input type="checkbox" checked=${now.dark_background}
      onChange=${(/** @type {any} */ e) => choose({ dark_background: e.currentTarget.checked })} />
      <span>Bright on dark, as drawn digits are: pictures that you try later are inverted where they are not</span></label>
    <label class="check"><input type="checkbox" checked=${options.centred === true}
      onChange=${(/** @type {any} */ e) => choose({ centred: e.currentTarget.checked })} />
      <span>Centred and scaled as MNIST’s digits: what you draw later is brought to the middle likewise</span></label>
    <${Setting} name="licence" label="Licence"><${Line} id="set-licence" label="Licence" value=${options.licence ?? ""} most="1000"
      placeholder="such as CC0" onText=${(/** @type {string} */ licence) => choose({ licence })} /><//>
    <${Setting} name="origin" label="Origin"><${Line} id="set-origin" label="Origin" value=${options.origin ?? ""} most="1000"
      placeholder="who made the pictures" onText=${(/** @type {string} */ origin) => choose({ origin })} /><//>
  </div></details></section>`;
}
