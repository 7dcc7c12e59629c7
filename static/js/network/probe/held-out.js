/** Pages of the held-out images of a data set. */
import { useEffect, useState } from "preact/hooks";
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
    let wanted = true;
    const query = { cursor, limit: LIMIT, label: label === "" ? null : Number(label) };
    server.heldOutImages(dataset, query).then((answer) => wanted && setPage(answer), noticeError);
    return () => {
      wanted = false;
    };
  }, [dataset, cursor, label]);
  return page;
}
