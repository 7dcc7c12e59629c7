/** The predictions of both runs for one picture. */

import { percent } from "../shared/format.js";
import { html } from "../shared/html.js";
import { testImage, testNumber } from "../shared/image-id.js";
import { address } from "../shared/server.js";
import { classRows, whyNotTogether } from "./class-rows.js";
import { a, b, image, imageInfo, sides } from "./state.js";

const MOST = 999_999;

/** @param {string} typed a number */
function show(typed) {
  const number = Math.round(Number(typed));
  if (typed !== "" && number >= 0 && number <= MOST) image.value = testImage(number);
}

/** Why the two cannot be laid side by side, or null. */
function whyNoClasses() {
  const [one, other] = [a.run.value, b.run.value];
  return one && other && whyNotTogether(one, other);
}

/** @param {{side: import("./state.js").Side, index: number}} props */
function Share({ side, index }) {
  const share = side.guess.value?.classes[index]?.probability ?? null;
  return html`<td><span class="share">
    <i class=${`share-bar ${side.letter}`} style=${{ transform: `scaleX(${share ?? 0})` }} />
    <span>${percent(share, 0)}</span></span></td>`;
}

function ImageChoice() {
  const number = testNumber(image.value);
  const shown = imageInfo.value;
  return html`<div class="pictured">
    <img src=${address.image(a.id.value, image.value, "input")} width="84" height="84"
      alt=${shown ? `Test picture ${number}: ${shown.class}` : `Test picture ${number}`} />
    <div>
      <label>Test picture <input type="number" min="0" max=${MOST} value=${number}
        onInput=${(/** @type {any} */ event) => show(event.currentTarget.value)} /></label>
      <p>${shown && html`It is a ${shown.class ?? "picture without a class"}.`}</p>
    </div>
  </div>`;
}

export function Classes() {
  const why = whyNoClasses();
  const names = classRows(a.run.value?.classes ?? [], b.run.value?.classes ?? []);
  const truth = a.run.value?.trainable ? imageInfo.value?.label : null;
  return html`<section class="compare-card" aria-labelledby="classes">
    <h2 id="classes">Predictions for a picture</h2>
    ${
      why
        ? html`<p class="muted">${why}</p>`
        : html`<${ImageChoice} />
        <table class="classes">
          <thead><tr><th scope="col">Class</th>${sides.map(({ letter }) => html`<th scope="col" key=${letter}><b class=${`letter ${letter}`}>${letter}</b></th>`)}</tr></thead>
          <tbody>${names.map(
            (name, index) => html`<tr key=${index} class=${truth === index ? "truth" : ""}>
              <th scope="row">${truth === index && html`<abbr title="the true class">✓ </abbr>`}${name}</th>
              <${Share} side=${a} index=${index} /><${Share} side=${b} index=${index} />
            </tr>`,
          )}</tbody>
        </table>`
    }
  </section>`;
}
