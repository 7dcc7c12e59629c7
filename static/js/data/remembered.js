/** Which data sets that are not kept yet are this browser's, since the server lists nobody's. */

const ALL = "convscope.previews"; // ids, the oldest first
const OPEN = "convscope.preview"; // the one that is open
const PARAMETER = "preview"; // of the address: who has the link may open it

/** @param {string} key @returns {string | null} */
function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is switched off: the address alone keeps the one that is open
  }
}

/** @param {string} key @param {string | null} text */
function store(key, text) {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // as above
  }
}

/** @returns {string[]} ids */
export function remembered() {
  try {
    const ids = JSON.parse(stored(ALL) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // written by nobody of ours
  }
}

/** The one that the address names, or that was open last. */
export const opened = () => new URLSearchParams(location.search).get(PARAMETER) ?? stored(OPEN);

/** @param {string} id */
export function remember(id) {
  if (!remembered().includes(id)) store(ALL, JSON.stringify([...remembered(), id]));
  store(OPEN, id);
  writeAddress(id);
}

/** It is open no more; it is there all the same. */
export function leave() {
  store(OPEN, null);
  writeAddress(null);
}

/** It was kept, or discarded. @param {string} id */
export function forget(id) {
  store(ALL, JSON.stringify(remembered().filter((other) => other !== id)));
  if (stored(OPEN) === id) store(OPEN, null);
}

/** @param {string | null} id */
function writeAddress(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set(PARAMETER, id);
  else url.searchParams.delete(PARAMETER);
  if (url.href !== location.href) history.replaceState(null, "", url);
}
