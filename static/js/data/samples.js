/** Pictures of a class as the network will see them: one sheet, and a button over each picture. */
import { useEffect, useState } from "preact/hooks";
import { dataAddress, dataServer } from "../shared/data-server.js";
import { html } from "../shared/html.js";
import { newest } from "../shared/latest-only.js";
import { useNear } from "../shared/near.js";
import { noticeError } from "../shared/notices.js";
import { Problem } from "../shared/server.js";
import { mark } from "./intents.js";
import { asked, marked, pictures, preview, reading } from "./state.js";

const COLUMNS = 8;
const LIMIT = 24;

/** @typedef {{pictures: number[], next: string | null, version: number}} Page */

/** A page of the numbers of a class's pictures, once it is near view.
 * @param {string} id of the preview @param {number} label @param {string | null} cursor @param {boolean} near
 * @returns {Page} */
function usePictures(id, label, cursor, near) {
  const [page, setPage] = useState(/** @type {Page} */ ({ pictures: [], next: null, version: 0 }));
  const version = pictures.value;
  const wait = reading.value || asked.value > 0; // classes may be others in a moment
  useEffect(() => {
    if (!near || wait) return undefined;
    const asking = newest(() => dataServer.pictures(id, { label, cursor, limit: LIMIT }), {
      done: (answer) => setPage({ ...answer, version }),
      failed: (error) => {
        if (!(error instanceof Problem && error.status === 404)) noticeError(error); // gone meanwhile
      },
    });
    asking.want(null);
    return asking.drop;
  }, [id, label, cursor, version, near, wait]);
  return page;
}

/** @param {{id: string, name: string, page: Page, shape: number[]}} props */
function Sheet({ id, name, page, shape: [, high, wide] }) {
  const numbers = page.pictures;
  const rows = Math.ceil(numbers.length / COLUMNS);
  const blanks = rows * COLUMNS - numbers.length;
  return html`<div class="samples-sheet">
    <img src=${dataAddress.previewSheet(id, numbers, COLUMNS, page.version)} alt="" width=${COLUMNS * wide} height=${rows * high} />
    <div class="samples-buttons">${numbers.map(
      (
        number,
        i,
      ) => html`<button type="button" key=${number} aria-pressed=${marked.value.includes(number)}
        aria-label=${`${name}, picture ${i + 1}: remove?`} onClick=${() => mark(number)}><span aria-hidden="true">✕</span></button>`,
    )}${Array.from({ length: blanks }, (_, i) => html`<i key=${`blank ${i}`} />`)}</div>
  </div>`;
}

/** Room for a sheet that is not there yet. @param {{pictures: number, shape: number[]}} props */
function Room({ pictures: many, shape: [, high, wide] }) {
  const rows = Math.ceil(Math.min(LIMIT, many) / COLUMNS);
  return html`<div class="samples-room" style=${{ aspectRatio: rows ? `${COLUMNS * wide} / ${rows * high}` : "auto" }} />`;
}

/** @param {{one: import("../shared/types.js").Arranged["classes"][number], label: number, shape: number[], onShown: (numbers: number[]) => void}} props */
export function Samples({ one, label, shape, onShown }) {
  const [near, setNear] = useState(false);
  const [cursors, setCursors] = useState(/** @type {string[]} */ ([]));
  const place = useNear(() => setNear(true));
  const id = preview.value?.id ?? "";
  const many = one.train + one.test;
  const page = usePictures(id, label, cursors.at(-1) ?? null, near && many > 0);
  const there = many > 0 && page.pictures.length > 0;
  useEffect(() => onShown(there ? page.pictures : []), [page, there]);
  useEffect(() => {
    if (page.version && !page.pictures.length && cursors.length) setCursors(cursors.slice(0, -1));
  }, [page]);
  return html`<div class="samples" ref=${place}>
    ${there ? html`<${Sheet} id=${id} name=${one.name} page=${page} shape=${shape} />` : html`<${Room} pictures=${many} shape=${shape} />`}
    ${
      many > LIMIT &&
      html`<div class="samples-pages">
        <button type="button" disabled=${!cursors.length} aria-label=${`Back to earlier pictures of ${one.name}`} onClick=${() => setCursors(cursors.slice(0, -1))}>Back</button>
        <button type="button" disabled=${page.next === null} aria-label=${`More pictures of ${one.name}`}
          onClick=${() => page.next && setCursors([...cursors, page.next])}>More</button></div>`
    }
  </div>`;
}
