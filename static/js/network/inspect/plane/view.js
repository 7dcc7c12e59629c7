/** The held-out pictures in the plane: where the last layer's input puts them, and which classes are mixed. */
import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, percent } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { testNumber } from "../../../shared/image-id.js";
import { dark } from "../../../shared/media-queries.js";
import { address } from "../../../shared/server.js";
import { chooseProbe } from "../../intents.js";
import { Roving } from "../../page/roving.js";
import { playing, probe, run } from "../../state.js";
import { asked } from "../question.js";
import { bringIntoView } from "../sheet.js";
import { planeOn } from "./canvas.js";
import { bindGestures, STEP, seeAll, zoomBy } from "./gestures.js";
import { markOf } from "./marks.js";
import { mixing, NEIGHBOURS, ownShare } from "./mixing.js";

/** @typedef {import("../../../shared/inspect-server.js").Embedding} Embedding */
/** @typedef {import("./mixing.js").Mixed} Mixed */
/** @typedef {import("./gestures.js").OnCanvas} OnCanvas */

/** @param {number} label */
const className = (label) => run.value?.classes[label] ?? `class ${label}`;

/** @param {Embedding["images"][number]} one */
const pictureName = ({ image, label }) => `${className(label)}: test picture ${testNumber(image)}`;

/** @param {Embedding} of @param {Mixed[]} mixed */
function summary({ images, layer, step, explained }, mixed) {
  const [first] = mixed;
  const most =
    first && first.other !== null && first.otherShare > 0
      ? ` Most mixed is ${className(first.label)}, with ${className(first.other)}.`
      : "";
  const share = explained.reduce((all, one) => all + one, 0);
  return html`<b>${percent(ownShare(mixed), 0)}</b> of a picture's ${NEIGHBOURS} nearest here are of its own class, at step ${count(step)}.${most}
    ${" "}<span class="inspect-hint">${count(images.length)} held-out pictures by the two main components of what ${layer} gives, which hold ${percent(share, 0)} of how they differ.</span>`;
}

/** What marks which class; a press looks at that class alone. @param {{labels: number[], looked: number | null, look: (label: number | null) => void}} props */
const Legend = ({ labels, looked, look }) =>
  html`<${Roving} class="scatter-legend" role="group" label="Classes">${labels.map((label) => {
    const { colour, form } = markOf(label, dark.value);
    const is = label === looked;
    return html`<button type="button" key=${label} aria-pressed=${is} onClick=${() => look(is ? null : label)}>
      <svg viewBox="-1.4 -1.4 2.8 2.8" aria-hidden="true"><path d=${form} style=${{ fill: colour }} /></svg>${className(label)}</button>`;
  })}<//>`;

/** @param {{mixed: Mixed[]}} props */
const Neighbours = ({ mixed }) =>
  html`<table class="inspect-table"><caption>Whose the ${NEIGHBOURS} nearest pictures are, the most mixed class first.</caption>
    <thead><tr><th scope="col">Class</th><th scope="col" class="inspect-number">Its own</th><td></td><th scope="col">Mixed most with</th></tr></thead>
    <tbody>${mixed.map(
      ({ label, own, other, otherShare }) =>
        html`<tr key=${label}><th scope="row">${className(label)}</th><td class="inspect-number">${percent(own, 0)}</td>
          <td class="inspect-bar" aria-hidden="true"><i style=${{ width: `${100 * own}%` }}></i></td>
          <td>${other === null ? "–" : `${className(other)}, ${percent(otherShare, 0)}`}</td></tr>`,
    )}</tbody></table>`;

/** The picture that is pointed at. @param {{one: Embedding["images"][number] | undefined}} props */
const Pointed = ({ one }) =>
  html`<p class="scatter-pointed" role="status">${
    one
      ? html`<img src=${address.image(run.value?.id ?? "", one.image, "original")} alt="" width="40" height="40" /><span><b>${pictureName(one)}</b><br />${probe.value?.id === one.image ? "It is the probe." : "Press it to make it the probe."}</span>`
      : html`<span class="inspect-hint">Point at a picture to see it, press it to make it the probe; arrow keys go from one to the next. Zoom in, and points become pictures.</span>`
  }</p>`;

/** @param {{acts: {plane: OnCanvas | null, gestures: import("./gestures.js").Acts}, zoom: number}} props */
function Zoom({ acts: { plane, gestures }, zoom }) {
  const by = (/** @type {number} */ factor) => () => plane && zoomBy(plane, gestures, factor);
  return html`<${Roving} class="scatter-zoom" role="group" label="Zoom">
    <button type="button" aria-label="Zoom in" onClick=${by(STEP)}>+</button>
    <button type="button" aria-label="Zoom out" disabled=${zoom <= 1} onClick=${by(1 / STEP)}>−</button>
    <button type="button" disabled=${zoom <= 1} onClick=${() => plane && seeAll(plane, gestures)}>All</button><//>`;
}

/** A canvas of its own, which goes on while answers come. @param {{of: Embedding, looked: number | null}} props */
function Pictures({ of, looked }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  const [zoom, setZoom] = useState(1);
  const [plane, setPlane] = useState(/** @type {OnCanvas | null} */ (null));
  const acts = useMemo(() => ({ plane, gestures: gesturesOf(plane, setAt, setZoom) }), [plane]);
  useLayoutEffect(() => {
    const addressOf = (/** @type {string} */ image) =>
      address.image(run.peek()?.id ?? "", image, "original");
    const made = planeOn(/** @type {HTMLCanvasElement} */ (canvas.current), addressOf);
    setPlane(made);
    return () => made.leave();
  }, []);
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (box.current);
    if (!plane) return;
    const unbind = bindGestures(element, plane, acts.gestures);
    const sizes = new ResizeObserver(() =>
      plane.resize({ width: element.clientWidth, height: element.clientHeight }),
    );
    sizes.observe(element);
    const stop = effect(() => {
      dark.value;
      plane.set({ probe: probe.value?.id ?? null });
    });
    return () => {
      unbind();
      sizes.disconnect();
      stop();
    };
  }, [plane]);
  useLayoutEffect(() => plane?.show(of.images), [plane, of]);
  useLayoutEffect(
    () => plane?.set({ label: looked, classes: run.value?.classes ?? [] }),
    [plane, looked],
  );
  return html`<div class="scatter-place"><div ref=${box} class=${`scatter ${zoom > 1 ? "zoomed" : ""}`} role="application" tabindex="0" aria-label="Pictures in the plane" aria-describedby="scatter-keys">
      <div role="img" aria-label=${`${count(of.images.length)} held-out pictures as points, coloured by class`}><canvas ref=${canvas}></canvas></div></div>
    <${Zoom} acts=${acts} zoom=${zoom} /></div>
    <p class="visually-hidden" id="scatter-keys">Arrow keys go from picture to picture, Enter makes one the probe, plus and minus zoom, 0 shows all.</p>
    <${Pointed} one=${at === null ? undefined : of.images[at]} />`;
}

/** @param {OnCanvas | null} plane @param {(at: number | null) => void} setAt @param {(zoom: number) => void} setZoom
 * @returns {import("./gestures.js").Acts} */
const gesturesOf = (plane, setAt, setZoom) => ({
  point: (at) => {
    if (plane && plane.drawn.at !== at) plane.set({ at });
    setAt(at);
  },
  choose: (at) => {
    const one = plane?.drawn.images[at];
    if (one) chooseProbe(one.image);
  },
  moved: () => setZoom(plane?.drawn.camera.zoom ?? 1),
});

/** @param {{of: Embedding}} props */
function PlaneOf({ of }) {
  const [looked, look] = useState(/** @type {number | null} */ (null));
  const mixed = useMemo(
    () =>
      mixing(
        of.images.map(({ x, y }) => /** @type {[number, number]} */ ([x, y])),
        of.images.map(({ label }) => label),
      ),
    [of],
  );
  useEffect(() => bringIntoView(document.querySelector(".inspect-panel")), []);
  const labels = mixed.map(({ label }) => label).sort((a, b) => a - b);
  return html`<p class="inspect-says" aria-live=${playing.value ? "off" : "polite"} data-test="plane">${summary(of, mixed)}</p>
    <${Pictures} of=${of} looked=${looked} />
    <${Legend} labels=${labels} looked=${looked} look=${look} />
    <${Neighbours} mixed=${mixed} />`;
}

export const Plane = () =>
  asked.answer.value?.is.embedding
    ? html`<${PlaneOf} key=${asked.answer.value.is.run} of=${asked.answer.value.is.embedding} />`
    : null;
