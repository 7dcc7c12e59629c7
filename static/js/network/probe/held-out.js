/** Pages of the held-out pictures of a data set. */
import { useEffect, useState } from "preact/hooks";
import { noticeError } from "../../shared/notices.js";
import { server } from "../../shared/server.js";

export const COUNT = 32; // pictures a page

/**
 * The pictures of a page of the held-out half.
 * @param {string} dataset @param {number} offset @param {string} label index of a class, or ""
 * @returns {{pictures: import("../../shared/types.js").HeldOutImage[], next: number | null}}
 */
export function useHeldOutImages(dataset, offset, label) {
  const [page, setPage] = useState(/** @type {any} */ ({ pictures: [], next: null }));
  useEffect(() => {
    let wanted = true;
    const query = { offset, count: COUNT, label: label === "" ? null : Number(label) };
    server.heldOutImages(dataset, query).then((answer) => wanted && setPage(answer), noticeError);
    return () => {
      wanted = false;
    };
  }, [dataset, offset, label]);
  return page;
}
