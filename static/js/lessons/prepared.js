/** The place of what is made when it comes near view: it says that it waits, or why nothing came. */
import { html } from "../shared/html.js";
import { useNear } from "../shared/near.js";
import { Status } from "./components.js";

/** @param {{task: import("./async-status.js").Task, onNear: () => void}} props */
export function Preparing({ task, onNear }) {
  const place = useNear(onNear);
  return html`<div class="begin" ref=${place}><${Status} task=${task} />
    ${task.problem.value && html`<button type="button" onClick=${onNear}>Try again</button>`}</div>`;
}

/** A figure that makes its run by itself; printed before that, it says so.
 * @param {{task: import("./async-status.js").Task, onNear: () => void}} props */
export const PreparingFigure = (props) => html`<${Preparing} ...${props} />
  <p class="on-paper">This figure was printed before the server had computed its numbers.</p>`;
