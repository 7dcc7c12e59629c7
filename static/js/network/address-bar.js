/**
 * Where the viewer is: the address bar holds the run, the filter, the step of the past and why which
 * answer is asked, the browser keeps the run.
 */
const KEY = "convscope.run";

/** @param {string} text "conv1.3" @returns {{layer: string, channel: number} | null} */
export function parseFilter(text) {
  const dot = text.lastIndexOf(".");
  const channel = Number(text.slice(dot + 1));
  return dot > 0 && Number.isInteger(channel) && channel >= 0
    ? { layer: text.slice(0, dot), channel }
    : null;
}

/** @param {string | null} text "137" @returns {number | null} */
export const parseStep = (text) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null);

/** @typedef {{run: string | null, filter: {layer: string, channel: number} | null, step: number | null,
 *   why: Record<string, string | null> | null}} Place `step`: of the past */

/** `named`: the address itself says which run. @returns {Place & {named: boolean}} */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  return {
    run: query.get("run") ?? storedRun(),
    named: query.has("run"),
    filter: parseFilter(query.get("filter") ?? ""),
    step: parseStep(query.get("step")),
    why: query.has("why")
      ? Object.fromEntries(["why", "class", "layer"].map((name) => [name, query.get(name)]))
      : null,
  };
}

/** @returns {string | null} */
function storedRun() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off: the address alone keeps the run
  }
}

/** Writes the place; a filter opened or closed is a step that Back undoes.
 * @param {Place & {run: string}} place @param {boolean} push */
export function writeAddress({ run, filter, step, why }, push) {
  const query = new URLSearchParams({ run });
  if (filter) query.set("filter", `${filter.layer}.${filter.channel}`);
  if (step !== null) query.set("step", String(step));
  for (const [name, value] of Object.entries(why ?? {})) if (value) query.set(name, value);
  const url = `${location.pathname}?${query}`;
  if (url === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", url);
  try {
    localStorage.setItem(KEY, run);
  } catch {
    // as above
  }
}
