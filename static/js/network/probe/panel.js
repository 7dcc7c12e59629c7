/** The probe: the picture on screen, what became of it, and four ways to another one. */
import { computed } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { keyOf } from "../../shared/frame.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { colourCells, greyCells } from "../../shared/heatmap/cells.js";
import { html } from "../../shared/html.js";
import { trainImage } from "../../shared/image-id.js";
import { address } from "../../shared/server.js";
import { currentFrame } from "../drawing/painter.js";
import { centreProbe, invertProbe, upload, uploadSample } from "../intents.js";
import { DrawingPad, ProbeCamera } from "../lazy.js";
import { Term } from "../page/tip.js";
import {
  datasets,
  inputShape,
  preprocessing,
  probe,
  probeTab,
  probeVersion,
  replay,
  run,
  slowTick,
} from "../state.js";
import { TERMS } from "../terms.js";
import { Picker } from "./picker.js";

/** What the network sees, out of the newest frame; in slow motion the picture of the batch. */
export function inputCells() {
  const input = currentFrame()?.sections.get(keyOf("", "input"));
  if (!input) return null;
  return input.shape[0] === 3
    ? colourCells(input, preprocessing.peek())
    : greyCells(input, 0, preprocessing.peek());
}

/** Whether the run's data are digits that were centred: drawings are, too. */
const centring = computed(() =>
  datasets.value.some(({ id, centred }) => centred && id === run.value?.recipe.data?.dataset),
);

/** @type {Record<string, string>} */
const ORIGINS = { test: "test picture", train: "training picture", upload: "as uploaded" };

/** What the network sees. @param {{caption: string}} props */
function Seen({ caption }) {
  const [, rows, cols] = inputShape.value;
  return html`<figure><${CellCanvas} cells=${inputCells} rows=${rows} cols=${cols} width=${72} stamp=${slowTick.value} label="The picture as the network sees it" />
      <figcaption>${caption}</figcaption></figure>`;
}

/** Slow motion's picture. @param {{picture: import("../slow-motion/phases.js").BatchImage, of: string}} props */
const BatchPicture = ({ picture, of }) =>
  html`<div class="probe-now">
    <figure><img src=${address.image(of, trainImage(picture.id), "original")} alt="The picture of the batch" width="72" height="72" class="train" />
      <figcaption>${ORIGINS.train}</figcaption></figure>
    <${Seen} caption="as trained on" />
    <div class="probe-what"><p><b>${picture.class ?? "unknown class"}</b></p></div>
    <p class="hint">Slow motion's own picture; the probe comes back.</p>
  </div>`;

function CurrentImage() {
  const image = probe.value;
  const now = run.value;
  if (!image || !now) return html`<div class="probe-now"></div>`;
  if (replay.value) return html`<${BatchPicture} picture=${replay.value.example} of=${now.id} />`;
  const src = address.image(now.id, image.id, "original", probeVersion.value);
  return html`<div class="probe-now">
    <figure><img src=${src} alt=${image.name ?? "The picture as uploaded"} width="72" height="72" class=${image.source} />
      <figcaption>${ORIGINS[image.source]}</figcaption></figure>
    <${Seen} caption="preprocessed" />
    <div class="probe-what">
      <p><b>${image.class ?? "unknown class"}</b></p>
      ${
        image.source === "upload" &&
        html`<label class="check"><input type="checkbox" checked=${image.inverted}
        onChange=${(/** @type {any} */ e) => invertProbe(e.currentTarget.checked)} />inverted</label>`
      }
      ${
        image.source === "upload" &&
        (image.centred || centring.value) &&
        html`<label class="check"><input type="checkbox" checked=${image.centred}
        onChange=${(/** @type {any} */ e) => centreProbe(e.currentTarget.checked)} />centred</label>`
      }
    </div>
    <details><summary>What was done to it</summary>
      <ul>${image.preprocessing.map((sentence) => html`<li>${sentence}</li>`)}</ul></details>
  </div>`;
}

function Upload() {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const take = (/** @type {any} */ e) => {
    const file = e.currentTarget.files?.[0];
    if (file) upload(file);
    e.currentTarget.value = "";
  };
  return html`<div class="upload">
    <p>PNG, JPEG, WebP, GIF, BMP, AVIF or HEIC. Its middle is scaled to the network's input; drop one anywhere on this panel.</p>
    <input ref=${input} id="upload-file" class="hidden-file" type="file" accept="image/png,image/jpeg,image/webp,image/gif,image/bmp,image/avif,image/heic,.heic" onChange=${take} />
    <label for="upload-file" class="button">Choose a picture…</label>
    <button type="button" onClick=${uploadSample} title="A photograph by Stefan van der Walt, CC0">Try the cat</button>
  </div>`;
}

const TABS = /** @type {const} */ ([
  ["test", "Test pictures"],
  ["upload", "Upload"],
  ["draw", "Draw"],
  ["camera", "Camera"],
]);

/** @param {{now: string, pick: (tab: string) => void}} props */
function Tabs({ now, pick }) {
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!turn) return;
    event.preventDefault();
    const at = TABS.findIndex(([tab]) => tab === now);
    const next = TABS[(at + turn + TABS.length) % TABS.length][0];
    pick(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label="Where the picture comes from" onKeyDown=${onKey}>
    ${TABS.map(
      ([
        tab,
        text,
      ]) => html`<button type="button" role="tab" id=${`tab-${tab}`} aria-selected=${tab === now}
      aria-controls="probe-tab" tabindex=${tab === now ? 0 : -1} onClick=${() => pick(tab)}>${text}</button>`,
    )}
  </div>`;
}

export function ProbePanel() {
  const [over, setOver] = useState(false);
  const tab = probeTab.value;
  const pick = (/** @type {any} */ next) => {
    probeTab.value = next;
  };
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (file) upload(file);
  };
  return html`<section class=${`probe ${over ? "over" : ""}`} aria-label="Probe" data-tour="probe"
    onDragOver=${(/** @type {DragEvent} */ e) => {
      e.preventDefault();
      setOver(true);
    }}
    onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <h2><${Term} tip=${TERMS.probe}>Probe<//> <span class="curve-key">the picture whose maps you see</span></h2>
    <${CurrentImage} />
    <${Tabs} now=${tab} pick=${pick} />
    <div id="probe-tab" role="tabpanel" aria-labelledby=${`tab-${tab}`} class="tab">
      ${tab === "test" && html`<${Picker} />`}
      ${tab === "upload" && html`<${Upload} />`}
      ${tab === "draw" && html`<${DrawingPad} />`}
      ${tab === "camera" && html`<${ProbeCamera} />`}
    </div>
  </section>`;
}
