/** The colour scales in force below a column: a bar from orange to blue, with the numbers of its ends. */
import { limitText } from "../../shared/format.js";
import { unpack } from "../../shared/heatmap/colour.js";
import { palette } from "../../shared/heatmap/palette.js";
import { html } from "../../shared/html.js";

const STOPS = [0, 64, 128, 192, 240, 255, 270, 319, 383, 447, 510]; // of the 511 colours

/** The whole scale as a style. @param {Uint32Array} table */
const gradient = (table) => ({
  background: `linear-gradient(90deg, ${STOPS.map((i) => `rgb(${unpack(table[i]).join(" ")})`)})`,
});

/**
 * One scale. All that it shows is numbers and words: a part that holds still is not drawn again for what changes
 * within an object. @param {{name: string, limit: number, was?: number | null, narrow?: boolean}} props `name` of what
 *   has it; `limit`: its end, 0 where it is not known; `was`: the end until a moment ago; `narrow`: one number
 *   stands for both ends, and while it is new what it was stands in place of the colours
 */
export function ScaleBar({ name, limit, was = null, narrow = false }) {
  if (!limit) return html`<span class="column-scale">${name && html`<i>${name}</i>`}–</span>`;
  const end = limitText(limit);
  const changed = was !== null;
  const title = changed
    ? `This scale was ±${limitText(was)} and is now ±${end}.`
    : `Colours from −${end} (orange) through 0 to +${end} (blue). The scale holds still; it changes only when numbers cross it, or are far below it for long.`;
  return html`<span class=${changed ? "column-scale newly" : "column-scale"} title=${title}>
    ${
      changed && narrow
        ? html`<b>${limitText(was)}→</b>`
        : html`${(name || changed) && html`<i>${changed ? `was ±${limitText(was)}` : name}</i>`}
    ${!narrow && html`<b>−${end}</b>`}<span class="scale-colours" style=${gradient(palette.value.diverging)}></span>`
    }<b>${narrow && "±"}${end}</b></span>`;
}
