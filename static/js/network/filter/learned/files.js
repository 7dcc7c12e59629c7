/** What can be taken away of a filter's tab. */
import { html } from "../../../shared/html.js";
import { PanelFiles } from "../../panel-files/panel-files.js";
import { openedFilter } from "../../state.js";

/** @param {{name: string, title: string, step: number, table?: () => string, npy?: string, tab?: string, children?: any}} props
 *   `name`: of the tab; the others as of `PanelFiles` */
export function FilterFiles({ name, title, children, ...files }) {
  const place = openedFilter.value;
  if (!place) return null;
  const { layer, channel } = place;
  return html`<${PanelFiles} panel=${`${layer}.${channel}.${name}`} title=${`${layer}, filter ${channel}: ${title}`} ...${files}>${children}<//>`;
}
