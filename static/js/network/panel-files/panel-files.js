/** What can be taken away of a panel: its picture, its numbers, a link to just this view. */
import { useState } from "preact/hooks";
import { count } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { noticeError } from "../../shared/notices.js";
import { runName } from "../../shared/run-text.js";
import { saveFile } from "../../shared/save-file.js";
import { addressOf } from "../address-bar.js";
import { loadStyle } from "../assets.js";
import { copyText } from "../page/copy.js";
import { probeId } from "../session.js";
import { inspect, liveRun, openedFilter, why } from "../state.js";
import { fileName } from "./csv.js";
import { pictureOf } from "./picture.js";

loadStyle("panel-files");

/** The address of what is on the page, at a step that may be the present one no more.
 * @param {number} step @param {string} [tab] of the filter, in place of how it is open */
function viewAt(step, tab) {
  const filter = openedFilter.peek();
  const place = {
    run: liveRun.peek()?.id ?? "",
    filter: filter && { ...filter, tab: tab ?? filter.tab },
    step,
    probe: probeId(),
    why: why.peek(),
    inspect: inspect.peek(),
  };
  return new URL(addressOf(place), location.href).href;
}

/** @param {number} step @param {string} [tab] */
const copyView = (step, tab) =>
  copyText(
    viewAt(step, tab),
    `The link to this view at step ${count(step)} was copied.`,
    "The browser blocked copying.",
  );

/**
 * @param {{panel: string, title: string, step: number, table?: () => string, npy?: string, tab?: string, children?: any}} props
 *   `panel`: its part of the files' names; `title`: its part of the picture's; `table`: CSV; `npy`: its address; `tab`: as `viewAt`;
 *   the picture is of what has `data-panel` around this
 */
export function PanelFiles({ panel, title, step, table, npy, tab, children }) {
  const [isBusy, setBusy] = useState(false);
  const run = liveRun.value;
  const name = fileName(run?.id ?? "", panel, step);
  const savePicture = async (/** @type {Event} */ event) => {
    const part = /** @type {Element} */ (event.currentTarget).closest("[data-panel]");
    if (!part || !run) return;
    setBusy(true);
    try {
      const blob = await pictureOf(part, `${runName(run)} · ${title} · step ${count(step)}`);
      saveFile(blob, `${name}.png`);
    } catch (error) {
      noticeError(error);
    } finally {
      setBusy(false);
    }
  };
  const saveTable = () =>
    saveFile(new Blob([table?.() ?? ""], { type: "text/csv" }), `${name}.csv`);
  return html`<div class="panel-files" data-not-in-picture>
    <button type="button" class="quiet" disabled=${isBusy} onClick=${savePicture}>Download PNG</button>
    ${table && html`<button type="button" class="quiet" onClick=${saveTable}>Download CSV</button>`}
    ${npy && html`<a class="quiet" href=${npy} download>Download npy</a>`}
    ${children}
    <button type="button" class="quiet" onClick=${() => copyView(step, tab)}>Copy link to this view</button></div>`;
}
