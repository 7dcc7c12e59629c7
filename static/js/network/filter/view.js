/** The filter view: one filter, unfolded where it is drawn; the rest of the network stays at its sides. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../../shared/html.js";
import { cellName } from "../drawing/names.js";
import { currentFrame } from "../drawing/painter.js";
import { closeFilter, openFilter } from "../intents.js";
import { useFocusInside } from "../page/focus.js";
import { openedFilter, plan, run, slowTick } from "../state.js";
import { FilterBody } from "./body.js";
import { GradientSwitch } from "./gradient.js";
import { FilterPanel, FilterTabs, LearnedTab, openTab } from "./learned/tabs.js";

/** @typedef {import("../drawing/layout.js").Column} Column */

const PANE_PADDING_PX = 16; // of what scrolls, at the left of the drawing

/** The way to the filters of another layer, whose column may have no room beside this one. @param {{now: string}} props */
function LayerSelect({ now }) {
  const weighted = plan.value?.columns.filter((column) => column.kernel) ?? [];
  if (weighted.length < 2) return null;
  return html`<select aria-label="Layer" value=${now} onChange=${(/** @type {any} */ e) => openFilter(e.currentTarget.value, 0, openedFilter.value?.tab)}>${weighted.map(
    ({ name }) => html`<option value=${name} selected=${name === now}>${name}</option>`,
  )}</select>`;
}

/** @param {{column: Column, channel: number}} props */
function Title({ column, channel }) {
  const many = column.role === "conv" ? column.shape[0] : column.shape[2];
  const go = (/** @type {number} */ by) => () =>
    openFilter(column.name, (channel + by + many) % many, openedFilter.value?.tab);
  const close = useFocusInside();
  const byLink = useRef(document.activeElement === document.body).current; // leaves Space to the run
  const title =
    column.role === "conv"
      ? cellName(column, channel)
      : `${column.name}, ${run.value?.classes[channel] ?? `output ${channel}`}`;
  return html`<header>
    <h2 id="filter-title">${title} <small title="counted from 0">of ${column.layer?.window?.of ?? many}</small></h2>
    <${LayerSelect} now=${column.name} />${!openTab.value && html`<${GradientSwitch} />`}<button type="button" onClick=${go(-1)} aria-label="Previous filter">←</button>
    <button type="button" onClick=${go(1)} aria-label="Next filter">→</button>
    <button type="button" ref=${byLink ? null : close} onClick=${closeFilter} aria-keyshortcuts="Escape">Close</button>
    ${column.role === "conv" && html`<${FilterTabs} />`}
  </header>`;
}

/** Where the filter was drawn, as the part of the view that unfolds from there.
 * @param {{layer: string, channel: number} | null} place */
function useOrigin(place) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const cell = document.querySelector(
      `[data-column="${place?.layer}"] [data-channel="${place?.channel}"]`,
    );
    const view = ref.current;
    const pane = view?.closest(".network");
    if (!cell || !view || !pane) return;
    const [own, room] = [cell.getBoundingClientRect(), pane.getBoundingClientRect()];
    const left = own.left - room.left - view.offsetLeft;
    const top = own.top - room.top - view.offsetTop;
    const within = (/** @type {number} */ px, /** @type {number} */ most) =>
      `${Math.round(Math.max(0, Math.min(most, px)))}px`;
    const [wide, high] = [view.offsetWidth, view.offsetHeight];
    view.style.setProperty(
      "--folded",
      `inset(${within(top, high)} ${within(wide - left - own.width, wide)} ${within(high - top - own.height, high)} ${within(left, wide)})`,
    );
  }, [place === null]);
  return ref;
}

export function FilterView() {
  const section = useOrigin(openedFilter.value);
  slowTick.value;
  const place = openedFilter.value;
  const column = place && plan.value?.columns.find((known) => known.name === place.layer);
  if (!place || !column?.kernel) return null;
  const many = column.role === "conv" ? column.shape[0] : column.shape[2];
  const frame = currentFrame();
  if (place.channel >= many) return null;
  const view = plan.value?.view;
  const style = view && { left: `${view.x + PANE_PADDING_PX}px`, width: `${view.width}px` };
  const weights = frame
    ? html`<${FilterBody} column=${column} channel=${place.channel} frame=${frame} />`
    : html`<p>Waiting for the first frame…</p>`;
  return html`<section ref=${section} class=${`filter ${view ? "unfolds" : ""}`} style=${style ?? {}} role="dialog" aria-modal="false" aria-labelledby="filter-title">
    <${Title} column=${column} channel=${place.channel} />
    ${
      column.role === "conv"
        ? html`<${FilterPanel}>${openTab.value ? html`<${LearnedTab} tab=${openTab.value} />` : weights}<//>`
        : weights
    }
  </section>`;
}
