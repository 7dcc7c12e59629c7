/** The images that somebody's loop is watched with: the one whose maps are shown, and the way to the others. */
import { html } from "../../shared/html.js";
import { address } from "../../shared/server.js";
import { chooseProbe } from "../intents.js";
import { Term } from "../page/tip.js";
import { liveRun, loop, probe } from "../state.js";
import { TERMS } from "../terms.js";

/** @param {{run: string, image: string, at: number}} props */
const Choice = ({ run, image, at }) =>
  html`<button type="button" aria-pressed=${probe.value?.id === image} aria-label=${`image ${at} of the probe`} onClick=${() => chooseProbe(image)}>
    <img src=${address.image(run, image, "input")} alt="" width="56" height="56" loading="lazy" /></button>`;

export function ProbeChoice() {
  const run = liveRun.value;
  if (!run?.probes?.length)
    return html`<section class="probe" aria-label="Probe"><h2>Probe</h2>
      <p class="hint">This loop is watched without images: convscope.watch(…, probe=images[:8]) shows their feature maps.</p></section>`;
  if (loop.value?.state !== "connected")
    return html`<section class="probe" aria-label="Probe"><h2>Probe</h2>
      <p class="hint">Your loop is not here: what was recorded shows the maps of its first image.</p></section>`;
  return html`<section class="probe" aria-label="Probe">
    <h2><${Term} tip=${TERMS.probe}>Probe<//> <span class="curve-key">the image whose maps you see</span></h2>
    ${probe.value?.class && html`<p><b>${probe.value.class}</b></p>`}
    <div class="own-probes">${run.probes.map((image, at) => html`<${Choice} key=${image} run=${run.id} image=${image} at=${at} />`)}</div>
  </section>`;
}
