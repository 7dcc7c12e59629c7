/** Pages of the held-out images of a data set. */
import { useEffect, useState } from "preact/hooks";
import { newest } from "../../shared/latest-only.js";
import { noticeError } from "../../shared/notices.js";
import { server } from "../../shared/server.js";

export const LIMIT = 32; // images a page

/**
 * The images of a page of the held-out half.
 * @param {string} dataset @param {string | null} cursor of the page; null: the first
 * @param {string} label index of a class, or ""
 * @returns {{images: import("../../shared/types.js").HeldOutImage[], next: string | null}}
 */
export function useHeldOutImages(dataset, cursor, label) {
  const [page, setPage] = useState(/** @type {any} */ ({ images: [], next: null }));
  useEffect(() => {
    const query = { cursor, limit: LIMIT, label: label === "" ? null : Number(label) };
    const asking = newest(() => server.heldOutImages(dataset, query), {
      done: setPage,
      failed: noticeError,
    });
    asking.want(null);
    return asking.drop;
  }, [dataset, cursor, label]);
  return page;
}
