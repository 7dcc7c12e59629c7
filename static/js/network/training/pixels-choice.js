/** What pixels enter a network as, to choose and to type. */
import { useState } from "preact/hooks";
import { html } from "../../shared/html.js";
import { kindOf, numbersOf, pixelOptions, withKind, withNumber } from "./pixel-numbers.js";
import { Select } from "./sheet-fields.js";

/** What pixels enter the network as. @param {{value: string, changed: boolean, channels: number, onPick: (v: string) => void}} props */
export function Pixels({ value, changed, channels, onPick }) {
  const how = JSON.parse(value);
  const [own, setOwn] = useState(false);
  const kind = own ? "own" : kindOf(how);
  const pick = (/** @type {any} */ next) => {
    setOwn(next === "own");
    if (next !== "own") onPick(JSON.stringify(withKind(how, next)));
  };
  return html`<${Select} label="Pixels" name="pixels" value=${kind} changed=${changed} options=${pixelOptions(how)} onPick=${pick} />
    ${
      kind === "own" &&
      Object.entries(numbersOf(how, channels)).map(
        ([
          name,
          numbers,
        ]) => html`<fieldset key=${name} class="pixel-numbers"><legend>${name === "mean" ? "Mean" : "Spread"}</legend>
        ${numbers.map(
          (
            number,
            channel,
          ) => html`<${PixelNumber} key=${channel} name=${name} number=${number} channel=${channel} channels=${channels}
            onPick=${(/** @type {number} */ v) => onPick(JSON.stringify(withNumber(how, /** @type {any} */ (name), channel, v, channels)))} />`,
        )}</fieldset>`,
      )
    }`;
}

/** @param {{name: string, number: number, channel: number, channels: number, onPick: (v: number) => void}} props */
function PixelNumber({ name, number, channel, channels, onPick }) {
  const set = (/** @type {any} */ e) => {
    const next = e.currentTarget.valueAsNumber;
    if (Number.isFinite(next) && (name === "mean" || next > 0)) onPick(next);
  };
  return html`<label>${channelName(channel, channels)}<input type="number" step="any" min=${name === "std" ? 0 : undefined}
    defaultValue=${number} onInput=${set} /></label>`;
}

/** @param {number} channel @param {number} channels */
const channelName = (channel, channels) =>
  ({ 1: ["grey"], 3: ["red", "green", "blue"] })[channels]?.[channel] ?? `channel ${channel + 1}`;
