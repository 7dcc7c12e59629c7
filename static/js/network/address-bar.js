/**
 * Where the viewer is: the address bar holds the run, the filter and the step of the past, the
 * browser keeps the run.
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

/** `named`: the address itself says which run.
 * @returns {{run: string | null, named: boolean, filter: {layer: string, channel: number} | null, step: number | null}} */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  return {
    run: query.get("run") ?? storedRun(),
    named: query.has("run"),
    filter: parseFilter(query.get("filter") ?? ""),
    step: parseStep(query.get("step")),
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

/**
 * Writes the place; a filter opened or closed is a step that Back undoes.
 * @param {string} run @param {{layer: string, channel: number} | null} filter
 * @param {number | null} step of the past @param {boolean} push
 */
export function writeAddress(run, filter, step, push) {
  const query = new URLSearchParams({ run });
  if (filter) query.set("filter", `${filter.layer}.${filter.channel}`);
  if (step !== null) query.set("step", String(step));
  const url = `${location.pathname}?${query}`;
  if (url === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", url);
  try {
    localStorage.setItem(KEY, run);
  } catch {
    // as above
  }
}
