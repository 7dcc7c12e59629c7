/** The page of the data sets, from top to bottom. */
import { html } from "../shared/html.js";
import { NoticeList } from "../shared/notice-list.js";
import { Editor } from "./editor.js";
import { Dialogs, Sets } from "./sets.js";
import { busy, holdingFile, preview, sending } from "./state.js";
import { Kept, Ways } from "./ways.js";

const Bars = () => html`<div class="site-bars">
    <div role="status">${busy.value && html`<p class="site-bar">${busy.value}</p>`}</div>
    <${NoticeList} kind="site-bar" />
  </div>`;

export function Page() {
  return html`
    <${Bars} />
    <${Kept} />
    ${preview.value || sending.value ? html`<${Editor} />` : html`<${Ways} />`}
    <${Sets} />
    <${Dialogs} />
    ${holdingFile.value && html`<div class="data-drop" aria-hidden="true"><p>Drop a zip, a folder or pictures: on a class, or anywhere</p></div>`}
  `;
}
