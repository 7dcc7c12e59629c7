/** Pictures that are there twice or more: which they are, and which of them is likely in the wrong class. */
import { useRef, useState } from "preact/hooks";
import { dataAddress } from "../shared/data-server.js";
import { count, plural } from "../shared/format.js";
import { html } from "../shared/html.js";
import { equalSays, inSeveral, lastName, moreSays } from "./equal-groups.js";
import { mark, removePictures } from "./intents.js";
import { arranged, marked, pictures, preview } from "./state.js";

/** @typedef {import("./equal-groups.js").Group} Group */

const FIRST = 12; // groups that are shown at first
const SEVERAL =
  "The same picture stands in several classes: one of them is probably mislabelled. Press the wrong ones, then remove them.";
const ONE =
  "The same picture stands in one class more than once. That is no harm: equal pictures are all learned from, or all held out.";

/** Where a group's picture lies in the sheet, which has one of each. @param {number} place @param {number} of */
const tile = (place, of) => ({ backgroundPositionY: `${of > 1 ? (100 * place) / (of - 1) : 0}%` });

/** As it is written below a picture. @param {string} name of its class @param {string} file */
const called = (name, file) => `${name} ${lastName(file)}`.trim();

/** @param {{number: number, name: string, file: string, says: string, look: object}} props */
const Picture = ({
  number,
  name,
  file,
  says,
  look,
}) => html`<button type="button" class="equal-picture" title=${file || null}
    aria-pressed=${marked.value.includes(number)} aria-label=${`${called(name, file)}, ${says}: remove?`} onClick=${() => mark(number)}>
    <i style=${look} /><span>${name}</span> ${file && html`<small>${lastName(file)}</small>`}</button>`;

/** @param {{group: Group, look: object}} props */
function Row({ group, look }) {
  const classes = arranged.value?.classes ?? [];
  const more = group.count - group.pictures.length;
  return html`<li>${group.pictures.map(
    (
      number,
      i,
    ) => html`<${Picture} key=${number} number=${number} name=${classes[group.labels[i]]?.name ?? ""}
      file=${group.names[i]} says=${`${i + 1} of ${count(group.count)} equal pictures`} look=${look} />`,
  )}${more > 0 && html`<span class="muted">and ${count(more)} more</span>`}</li>`;
}

/** @param {{says: string, groups: Group[], lookOf: (group: Group) => object}} props */
function Rows({ says, groups, lookOf }) {
  const [many, setMany] = useState(FIRST);
  if (!groups.length) return null;
  return html`<p>${says}</p>
    <ul>${groups.slice(0, many).map((group) => html`<${Row} key=${group.pictures[0]} group=${group} look=${lookOf(group)} />`)}</ul>
    ${groups.length > many && html`<button type="button" class="equal-more" onClick=${() => setMany(groups.length)}>Show ${count(groups.length - many)} more</button>`}`;
}

/** @param {{now: import("../shared/types.js").Arranged, onRemoved: () => void}} props */
function Opened({ now, onRemoved }) {
  const groups = now.equal;
  const [, high, wide] = now.shape;
  const firsts = groups.map((group) => group.pictures[0]);
  const sheet = dataAddress.previewSheet(preview.value?.id ?? "", firsts, 1, pictures.value);
  const lookOf = (/** @type {Group} */ group) => ({
    aspectRatio: `${wide} / ${high}`,
    backgroundImage: `url("${sheet}")`,
    backgroundSize: `100% ${100 * groups.length}%`,
    ...tile(groups.indexOf(group), groups.length),
  });
  const shown = groups.flatMap((group) => group.pictures);
  const mine = marked.value.filter((number) => shown.includes(number));
  const remove = () => {
    onRemoved();
    removePictures(mine);
  };
  return html`<${Rows} says=${SEVERAL} groups=${groups.filter(inSeveral)} lookOf=${lookOf} />
    <${Rows} says=${ONE} groups=${groups.filter((group) => !inSeveral(group))} lookOf=${lookOf} />
    ${moreSays(now) && html`<p class="muted">${moreSays(now)}</p>`}
    <div class="equal-foot">${mine.length > 0 && html`<button type="button" onClick=${remove}>Remove ${plural(mine.length, "picture")}</button>`}</div>`;
}

export function Equal() {
  const [open, setOpen] = useState(false);
  const summary = useRef(/** @type {HTMLElement | null} */ (null));
  const now = arranged.value;
  if (!now?.equal_count) return null;
  return html`<details class="equal" open=${open} onToggle=${(/** @type {any} */ event) => setOpen(event.currentTarget.open)}>
    <summary ref=${summary}>${equalSays(now)} <span class="equal-act">· ${open ? "hide" : "show"}</span></summary>
    ${open && html`<${Opened} now=${now} onRemoved=${() => summary.current?.focus()} />`}
  </details>`;
}
