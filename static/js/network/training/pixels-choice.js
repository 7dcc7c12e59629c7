/** What pixels enter a network as, to choose and to type. */
import { useEffect, useState } from "preact/hooks";
import { html } from "../../shared/html.js";
import { askPixels, datasetPixels } from "./offers.js";
import {
  areFor,
  fitOf,
  kindOf,
  numbersOf,
  pixelOptions,
  setNumbers,
  withKind,
  withNumber,
  withSet,
} from "./pixel-numbers.js";
import { Select } from "./sheet-fields.js";

/** What pixels enter the network as. `set`: the data set that is learned, if there is one.
 * @param {{value: string, changed: boolean, channels: number, set: import("../../shared/types.js").Dataset | undefined,
 *   onPick: (v: string) => void}} props */
export function Pixels({ value, changed, channels, set, onPick }) {
  const given = JSON.parse(value);
  const how = given ?? fitOf(set); // uploads are fitted as the set's pictures were, whatever their numbers
  const [own, setOwn] = useState(false);
  const [waits, setWaits] = useState(false);
  const hasSet = areFor(set?.shape[0], channels);
  const ofSet = () => (set ? setNumbers(datasetPixels.value[set.id], channels) : null);
  const found = kindOf(how, ofSet());
  const kind = own || waits ? (waits ? "set" : "own") : found;
  const pickSet = async () => {
    if (!set) return;
    setWaits(true);
    if (!ofSet()) await askPixels(set.id);
    const numbers = ofSet();
    if (numbers) onPick(JSON.stringify(withSet(how, numbers)));
    setWaits(false);
  };
  const pick = (/** @type {any} */ next) => {
    setOwn(next === "own");
    if (next === "set") pickSet();
    else if (next !== "own") onPick(JSON.stringify(withKind(next === "unit" ? given : how, next)));
  };
  useEffect(() => {
    if (set && hasSet && found === "own" && !ofSet()) askPixels(set.id); // to name them, if they are its own
  }, [set?.id, value]);
  return html`<${Select} label="Pixels" name="pixels" value=${kind} changed=${changed} options=${pixelOptions(how, hasSet, ofSet())} onPick=${pick} />
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
