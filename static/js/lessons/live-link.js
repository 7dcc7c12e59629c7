/** Links from a figure to the live network, in the state that the figure explains. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { html } from "../shared/html.js";
import { address } from "../shared/server.js";
import { task } from "./async-status.js";
import { Preparing } from "./prepared.js";
import { keep, runFor } from "./runs.js";

/** A run with one of its filters opened. @param {string} run @param {string} layer @param {number} filter */
export const filterAddress = (run, layer, filter) =>
  `${address.open(run)}&${new URLSearchParams({ filter: `${layer}.${filter}` })}`;

/** The runs behind the link stay when the lesson is left by it, in this tab or another.
 * @param {{runs: string[], href: string, children?: any}} props */
export function LiveLink({ runs, href, children }) {
  const stay = () => {
    runs.forEach(keep);
  };
  return html`<a class="to-live" href=${href} onClick=${stay} onAuxClick=${stay} onContextMenu=${stay}
    onDragStart=${stay}>${children} <span aria-hidden="true">→</span></a>`;
}

/** For a lesson whose figures need no run: the trained network, made when the link comes near view.
 * @param {{filter: number, children?: any}} props of the first layer */
export function TrainedLink({ filter, children }) {
  const work = useMemo(task, []);
  const run = useSignal(/** @type {string | null} */ (null));
  const make = () =>
    work.start("Preparing the live network…", async () => {
      const recipe = { network: "default", init: { type: "pretrained" } };
      run.value = (await runFor("trained", recipe)).id;
    });
  if (!run.value) return html`<${Preparing} task=${work} onNear=${make} />`;
  return html`<${LiveLink} runs=${[run.value]} href=${filterAddress(run.value, "conv1", filter)}>${children}<//>`;
}
