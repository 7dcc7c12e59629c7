/** What the run is made of, in a line, beside the button that starts another one. */
import { html } from "../../shared/html.js";
import { Switch } from "../page/switch.js";
import { datasets, kernelKind, models, newRunOpen, run } from "../state.js";
import { TERMS } from "../terms.js";
import { draftOf } from "./recipe-draft.js";
import { draftParts } from "./recipe-words.js";

const openSheet = () => {
  newRunOpen.value = true;
};

export function RecipeLine() {
  const now = run.value;
  const parts = now ? draftParts(draftOf(now), models.value, datasets.value) : [];
  return html`<section class="recipe" aria-label="Recipe">
    <button type="button" class="new" disabled=${!now} aria-haspopup="dialog" onClick=${openSheet}>New run…</button>
    <p>${parts.map((part, i) => html`${i > 0 && " · "}<span>${part}</span>`)}</p>
    <${Switch} label="Kernels show" tip=${TERMS.gradient} name="kind" now=${kernelKind}
      choices=${[["weight", "weights"], ["gradient", "gradients"], ["update", "updates"]]} />
  </section>`;
}
