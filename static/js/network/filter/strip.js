/** A filter over the steps: its pictures at 0, 1, 2, 4, 8, …, each asked for once. */
import { effect, signal } from "@preact/signals";
import { noticeError } from "../../shared/notices.js";
import { address, server } from "../../shared/server.js";
import { stripSteps } from "../observed/recorded.js";
import { firstInView, liveRun, openedFilter, plan } from "../state.js";

/** What a picture belongs to: a reset run has another past. */
const filterKey = () => {
  const [run, place] = [liveRun.value, openedFilter.value];
  return run && place
    ? `${run.id} ${run.restarts} ${place.layer}.${place.channel + firstInView(place.layer)}`
    : "";
};

/** @typedef {{key: string, at: Record<number, number[]>, recomputed: string | null, refused: boolean}} Strip values by step */

/** @param {string} key @returns {Strip} */
const emptyStrip = (key) => ({ key, at: {}, recomputed: null, refused: false });

/** The open filter's past. */
export const strip = signal(emptyStrip(""));
// not `latest-only.js`: which steps are asked for depends on what the answer before this one brought
let asking = false;

/** Asks for what is not known yet of the filter that is open, one request at a time. */
effect(() => {
  const [key, place, run] = [filterKey(), openedFilter.value, liveRun.peek()?.id];
  const conv = plan.value?.columns.find((column) => column.name === place?.layer)?.role === "conv";
  const known = strip.value.key === key ? strip.value : emptyStrip(key);
  const steps = stripSteps().filter((step) => !(step in known.at));
  if (!run || !place || !conv || asking || known.refused || !steps.length) return;
  asking = true;
  server
    .strip(run, place.layer, place.channel + firstInView(place.layer), steps)
    .then((answer) => withSteps(known, answer))
    .catch((error) => {
      noticeError(error);
      return { ...known, refused: true };
    })
    .then((next) => {
      asking = false;
      strip.value = next; // and asks for what has come meanwhile
    });
});

/** @param {Strip} known @param {{steps: number[], values: any[], recomputed: string | null}} answer `values`: (step, in, ky, kx) @returns {Strip} */
function withSteps(known, { steps, values, recomputed }) {
  const more = steps.map((step, i) => [step, values[i].flat(2)]);
  return {
    ...known,
    at: { ...known.at, ...Object.fromEntries(more) },
    recomputed: recomputed ?? known.recomputed,
  };
}

/** The strip as a file. @param {number[]} steps */
export const stripFile = (steps) => {
  const [run, place] = [liveRun.value, openedFilter.value];
  return run && place
    ? address.strip(run.id, place.layer, place.channel + firstInView(place.layer), steps)
    : "";
};
