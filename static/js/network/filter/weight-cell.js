/** One weight with its number: pointed at it opens, pressed it can be typed over. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isComposing } from "../../shared/composing.js";
import { html } from "../../shared/html.js";
import { newest } from "../../shared/latest-only.js";
import { same } from "../explain/places.js";
import { pointAt } from "../explain/pointing.js";
import { weightNow } from "../explain/weight-now.js";
import { pause, play } from "../intents.js";
import { intervene } from "../interventions/interventions.js";
import { parseNumber } from "../interventions/text.js";
import { openNumber, pinned, playing, replay } from "../state.js";

/** @typedef {import("../explain/places.js").WeightPlace} WeightPlace */

/** The weight that is being typed over. */
const editing = signal(/** @type {WeightPlace | null} */ (null));

/** As the filter view points at it. @param {WeightPlace} place */
export const inFilter = (place) => ({ ...place, within: /** @type {const} */ ("filter") });

/** @param {WeightPlace} place */
export const pointing = (place) => ({
  onPointerEnter: () => pointAt(inFilter(place)),
  onPointerLeave: () => pointAt(null),
});

/** Whether a part of the card: who reads on there leaves the weight open. @param {EventTarget | null} part */
const isCard = (part) => part instanceof Element && part.closest(".explain") !== null;

/** @param {WeightPlace} place */
function stopEditing(place) {
  if (same(editing.peek(), place)) editing.value = null;
  if (same(pinned.peek(), inFilter(place))) pinned.value = null;
}

/**
 * The field for another number: Enter applies, Escape cancels.
 * @param {{place: WeightPlace, value: number, beside?: boolean, onLeave?: () => void}} props `beside`: not in
 *   place of the number, so it stays when something else is pressed, and at its end focus goes back to where
 *   it was; `onLeave`: called when a key ends it
 */
export function Field({ place, value, beside = false, onLeave }) {
  const ref = useRef(/** @type {HTMLInputElement | null} */ (null));
  const before = useRef(/** @type {Element | null} */ (null));
  useEffect(() => {
    const field = /** @type {HTMLInputElement} */ (ref.current);
    before.current = document.activeElement;
    field.value = String(Number(value.toPrecision(6)));
    field.focus();
    field.select();
  }, []);
  const leave = () => {
    onLeave?.();
    stopEditing(place);
    if (beside && before.current instanceof HTMLElement) before.current.focus();
  };
  const apply = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const next = parseNumber(ref.current?.value ?? "");
    if (next === null) {
      ref.current?.setAttribute("aria-invalid", "true");
      return;
    }
    const { layer, tensor, index } = place;
    const done = intervene({ type: "set", layer, tensor, index, value: next });
    leave(); // what is asked about the weight after this waits for the change
    await done;
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (isComposing(event)) {
      if (event.key === "Enter") event.preventDefault(); // which would send the form
      return;
    }
    if (event.key !== "Escape") return;
    leave();
    event.preventDefault();
  };
  return html`<form class=${beside ? "group" : "in-place"} onSubmit=${apply}>${beside && html`<span class="name" aria-hidden="true">Set it to</span>`}
    <input ref=${ref} class="edit" type="text" inputmode="decimal" autocomplete="off" onKeyDown=${onKey}
      aria-label="New value of this weight; Enter applies, Escape cancels" onBlur=${(
        /** @type {FocusEvent} */ event,
      ) => beside || isCard(event.relatedTarget) || stopEditing(place)} />
    ${beside && html`<button type="submit">Set</button>`}</form>`;
}

/** A field for a pinned weight that has no number of its own to type over. @param {{place: WeightPlace}} props */
export function BesideField({ place }) {
  const value = weightNow(place);
  const typed = editing.value !== null && same(inFilter(editing.value), inFilter(place));
  if (value === null || replay.value || typed) return null;
  return html`<${Field} key=${JSON.stringify(place)} place=${place} value=${value} beside=${true} />`;
}

const SCRUB_FROM_PX = 4; // less is a press
const SCRUB_PX = 100; // from 0 to the largest weight of the filter

/** @typedef {{place: WeightPlace, value: number, key: string}} Scrub */

/** Sets the newest number only, one at a time. */
const scrubs = newest(
  (/** @type {Scrub} */ { place: { layer, tensor, index }, value, key }) =>
    intervene({ type: "set", layer, tensor, index, value }, key),
  {},
);

/**
 * A drag of a number. Training waits for its end, since a step would move the weight under the hand, and what
 * was set before it would be a change of its own. @param {WeightPlace} place
 */
function beginScrub(place) {
  const key = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const goesOn = playing.peek();
  /** @type {Promise<unknown>} */
  const ready = goesOn ? pause() : Promise.resolve();
  let done = ready;
  return {
    /** @param {number} value */
    to(value) {
      done = ready.then(() => scrubs.want({ place, value, key }));
    },
    end: () => goesOn && done.then(play),
  };
}

/**
 * Drags a number: to the right it grows. @param {WeightPlace} place @param {number} value @param {number} reach
 *   of a drag of SCRUB_PX
 * @returns {Record<string, (event: PointerEvent) => void>} handlers; a drag is no press
 */
function scrubbing(place, value, reach) {
  let from = 0;
  /** @type {ReturnType<typeof beginScrub> | null} */
  let drag = null;
  const move = (/** @type {PointerEvent} */ event) => {
    const by = event.clientX - from;
    if (Math.abs(by) < SCRUB_FROM_PX && !drag) return;
    drag ??= beginScrub(place);
    drag.to(Number((value + (by / SCRUB_PX) * reach).toPrecision(4)));
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      const cell = /** @type {HTMLElement} */ (event.currentTarget);
      from = event.clientX;
      drag = null;
      cell.setPointerCapture(event.pointerId);
      cell.addEventListener("pointermove", move);
      const end = () => {
        cell.removeEventListener("pointermove", move);
        if (!drag) return;
        drag.end();
        cell.addEventListener("click", (click) => click.stopImmediatePropagation(), {
          capture: true,
          once: true,
        });
      };
      cell.addEventListener("pointerup", end, { once: true });
      cell.addEventListener("pointercancel", end, { once: true });
    },
  };
}

/** Arrow keys go from weight to weight of a table. @param {KeyboardEvent} event @param {number} cols */
function walk(event, cols) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: cols, ArrowUp: -cols }[event.key];
  if (!by) return;
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const all = [...(button.closest("table")?.querySelectorAll("button.weight") ?? [])];
  const next = all[all.indexOf(button) + by];
  if (next instanceof HTMLElement) next.focus();
  event.preventDefault();
}

/**
 * @param {{place: WeightPlace, value: number, text: string, label: string, cols: number, first: boolean,
 *   fixed: boolean, reach?: number}} props `fixed`: the run cannot be changed now; `reach`: what a drag changes
 */
export function WeightCell({ place, value, text, label, cols, first, fixed, reach = 1 }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const left = useRef(false);
  const onLeave = () => {
    left.current = true;
  };
  useLayoutEffect(() => {
    if (!left.current || !button.current) return;
    left.current = false;
    button.current.focus();
  });
  if (same(editing.value, place) && same(pinned.value, inFilter(place)))
    return html`<${Field} place=${place} value=${value} onLeave=${onLeave} />`;
  const on = same(openNumber.value, inFilter(place));
  const edit = () => {
    if (fixed) return;
    editing.value = place;
    pinned.value = inFilter(place);
  };
  return html`<button ref=${button} type="button" class=${`weight ${on ? "on" : ""}`} tabindex=${first ? 0 : -1} aria-label=${label}
    ...${fixed ? {} : scrubbing(place, value, reach)} ...${pointing(place)} onFocus=${() => pointAt(inFilter(place))} onBlur=${() => pointAt(null)}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => walk(event, cols)} onClick=${edit}>${text}</button>`;
}
