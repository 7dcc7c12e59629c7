/** A filter's way over the steps in the plane of its weights' two main components. */
import { useState } from "preact/hooks";
import { isComposing } from "../../../shared/composing.js";
import { count, percent } from "../../../shared/format.js";
import { html } from "../../../shared/html.js";
import { seek } from "../../intents.js";
import { step } from "../../state.js";

/** @typedef {import("../../../shared/learned-server.js").Trajectory} Trajectory */

const [WIDE, HIGH, EDGE] = [320, 140, 18];

/** Places of the drawing: one scale for both axes, so that lengths compare.
 * @param {Trajectory["places"]} places @returns {{x: number, y: number}[]} */
export function drawnPlaces(places) {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, right, low, high] = [
    Math.min(...xs),
    Math.max(...xs),
    Math.min(...ys),
    Math.max(...ys),
  ];
  const fits = Math.min(
    (WIDE - 2 * EDGE) / (right - left || Number.EPSILON),
    (HIGH - 2 * EDGE) / (high - low || Number.EPSILON),
  );
  const scale = right > left || high > low ? fits : 0;
  return places.map(([x, y]) => ({
    x: WIDE / 2 + scale * (x - (left + right) / 2),
    y: HIGH / 2 - scale * (y - (low + high) / 2),
  }));
}

/** @param {{x: number, y: number}[]} places @param {number} x @param {number} y */
function nearest(places, x, y) {
  const far = places.map((place) => Math.hypot(place.x - x, place.y - y));
  return far.indexOf(Math.min(...far));
}

/** The last of these that is not after a step. @param {number[]} steps @param {number} at */
const reached = (steps, at) =>
  Math.max(
    0,
    steps.findLastIndex((one) => one <= at),
  );

/** @param {{way: Trajectory}} props */
export function Plane({ way: { steps, places, explained, bend } }) {
  const [pointed, setPointed] = useState(/** @type {number | null} */ (null));
  const drawn = drawnPlaces(places);
  const now = reached(steps, step.value);
  const at = Math.min(pointed ?? now, steps.length - 1);
  const turn = bend === null ? -1 : steps.indexOf(bend);
  const under = (/** @type {MouseEvent} */ { currentTarget, clientX, clientY }) => {
    const svg = /** @type {Element} */ (/** @type {Element} */ (currentTarget).firstElementChild);
    const room = svg.getBoundingClientRect();
    const scale = WIDE / room.width;
    return nearest(drawn, (clientX - room.left) * scale, (clientY - room.top) * scale);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (isComposing(event)) return;
    const last = steps.length - 1;
    const next = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1 };
    const to = { ...next, Home: 0, End: last }[event.key];
    if (to !== undefined) setPointed(Math.max(0, Math.min(last, to)));
    else if (event.key === "Enter" || event.key === " ") seek(steps[at]);
    else return;
    event.preventDefault();
  };
  const dots = drawn.map(
    ({ x, y }, i) =>
      html`<circle key=${steps[i]} cx=${x} cy=${y} r=${i === at ? 4.5 : 2.5} class=${`dot ${i === turn ? "bend" : ""} ${i === now ? "now" : ""} ${i === at ? "pointed-at" : ""}`} />`,
  );
  const named = new Map([
    [0, count(steps[0])],
    [steps.length - 1, count(steps[steps.length - 1])],
    [turn, `bend, ${count(bend)}`],
  ]);
  const names = [...named].flatMap(([i, text]) => {
    const place = drawn[i];
    if (!place) return [];
    const anchor = place.x > WIDE / 2 ? "end" : "start";
    return [
      html`<text key=${i} x=${place.x} y=${place.y < HIGH / 2 ? place.y - 8 : place.y + 13} text-anchor=${anchor}>${text}</text>`,
    ];
  });
  const says = `Step ${count(steps[at])}${at === turn ? ", where its way turns most" : ""}`;
  return html`<figure class="plane">
    <div role="slider" tabindex="0" aria-label="Its way over the steps; Enter goes to the step" aria-valuemin="0" aria-valuemax=${steps.length - 1}
      aria-valuenow=${at} aria-valuetext=${says} onPointerMove=${(/** @type {MouseEvent} */ event) => setPointed(under(event))} onPointerLeave=${() => setPointed(null)} onBlur=${() => setPointed(null)}
      onKeyDown=${onKey} onClick=${(/** @type {MouseEvent} */ event) => seek(steps[under(event)])}>
      <svg viewBox=${`0 0 ${WIDE} ${HIGH}`} aria-hidden="true">
        <polyline points=${drawn.map(({ x, y }) => `${x},${y}`).join(" ")} />${dots}${names}</svg></div>
    <figcaption><b>${says}</b>. Press a dot to go there. Across ${percent(explained[0] ?? null, 0)} of how its weights moved, upwards ${percent(explained[1] ?? null, 0)}.</figcaption></figure>`;
}
