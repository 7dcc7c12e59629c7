/**
 * Where the viewer is: the address bar holds the run, the filter and its tab, the step of the past, the picture
 * that was chosen, why which answer is asked and what of the run is inspected, the browser keeps the run.
 */
const KEY = "convscope.run";

/** @typedef {import("./state.js").FilterPlace} FilterPlace */

/** @param {string} text "conv1.3" @param {string | null} tab of its view @returns {FilterPlace | null} */
export function parseFilter(text, tab) {
  const dot = text.lastIndexOf(".");
  const channel = Number(text.slice(dot + 1));
  return dot > 0 && Number.isInteger(channel) && channel >= 0
    ? { layer: text.slice(0, dot), channel, tab }
    : null;
}

/** @param {string | null} text "137" @returns {number | null} */
export const parseStep = (text) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null);

/** @typedef {Record<string, string | null> | null} Asked by a panel; null: it is closed */
/** @typedef {{run: string | null, filter: FilterPlace | null, step: number | null,
 *   probe: string | null, why: Asked, inspect: Asked}} Place `step`: of the past; `probe`: chosen here */

/** `named`: the address itself says which run. @returns {Place & {named: boolean}} */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  return {
    run: query.get("run") ?? storedRun(),
    named: query.has("run"),
    filter: parseFilter(query.get("filter") ?? "", query.get("tab")),
    step: parseStep(query.get("step")),
    probe: query.get("probe"),
    why: askedIn(query, "why", "class", "layer", "region"),
    inspect: askedIn(query, "inspect", "cell", "of"),
  };
}

/** @param {URLSearchParams} query @param {string[]} names the first says that it is open @returns {Asked} */
const askedIn = (query, ...names) =>
  query.has(names[0]) ? Object.fromEntries(names.map((name) => [name, query.get(name)])) : null;

/** @returns {string | null} */
function storedRun() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off: the address alone keeps the run
  }
}

/** @param {Place & {run: string}} place */
export function addressOf({ run, filter, step, probe, why, inspect }) {
  const query = new URLSearchParams({ run });
  if (filter) query.set("filter", `${filter.layer}.${filter.channel}`);
  if (filter?.tab) query.set("tab", filter.tab);
  if (step !== null) query.set("step", String(step));
  for (const [name, value] of Object.entries({ probe, ...why, ...inspect }))
    if (value) query.set(name, value);
  return `${location.pathname}?${query}`;
}

/** Writes the place; a filter opened or closed is a step that Back undoes.
 * @param {Place & {run: string}} place @param {boolean} push */
export function writeAddress(place, push) {
  const url = addressOf(place);
  if (url === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", url);
  try {
    localStorage.setItem(KEY, place.run);
  } catch {
    // as above
  }
}
