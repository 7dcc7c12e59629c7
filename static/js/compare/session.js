/** From the server to the state: what is chosen is fetched, and what still trains is followed. */

import { batch, computed, effect } from "@preact/signals";
import { sentenceOf } from "../shared/errors.js";
import { FIRST_IMAGE, testNumber } from "../shared/image-id.js";
import { newest } from "../shared/latest-only.js";
import { emptyHistory } from "../shared/metric-history.js";
import { parseNpy } from "../shared/npy.js";
import { server } from "../shared/server.js";
import * as state from "./state.js";

/** @typedef {import("./state.js").Side} Side
 * @typedef {{id: string, layer: string | null, image: string | null, step: number | null}} Wanted */

const HISTORY_POINTS = 1000;
const EVERY_MS = 1000;
const PATIENCE_MS = 250; // an answer may take so long, so that a drag shows something

/** The chosen layer at the step shown, and what is said of the picture. @param {Wanted} wanted @param {AbortSignal} signal */
async function fetchShown({ id, layer, image, step }, signal) {
  const [weight, guess] = await Promise.all([
    layer === null ? null : server.weightBytes(id, layer, step, signal),
    image === null ? null : server.predictions(id, image, step, signal),
  ]);
  return { id, layer, weight, guess };
}

/** @param {Side} side @param {Awaited<ReturnType<typeof fetchShown>>} found */
function showAnswer(side, { id, layer, weight, guess }) {
  if (id !== side.id.peek()) return;
  batch(() => {
    side.problem.value = null;
    const { step, recomputed } = weight ?? { step: 0, recomputed: null };
    side.weight.value = weight && {
      layer: layer ?? "",
      step,
      recomputed,
      ...parseNpy(weight.bytes),
    };
    side.guess.value = guess;
  });
}

/** Fetches what is shown of one run, whenever that is something else. @param {Side} side */
function follow(side) {
  const looking = newest(fetchShown, {
    done: (found) => showAnswer(side, found),
    failed: (error) => {
      side.problem.value = sentenceOf(error);
    },
    patienceMs: PATIENCE_MS,
  });
  let wanted = "";
  effect(() => {
    const run = side.run.value;
    if (!run || run.state === "starting" || !side.layers.value.length) return;
    const layer = side.layers.value.some(({ name }) => name === state.layer.value);
    // a step that it has come to is the past; without one it is now, whatever it comes to meanwhile
    const past = state.step.value === null ? null : state.shownStep(side);
    const now = {
      id: run.id,
      layer: layer ? state.layer.value : null,
      image: run.classes.length ? state.image.value : null,
      step: past,
    };
    const key = JSON.stringify([now, past ?? [run.steps, run.restarts, run.intervention_count]]);
    if (key === wanted) return;
    wanted = key;
    looking.want(now);
  });
}

/** Another run on a side. @param {Side} side @param {string} id */
export async function choose(side, id) {
  batch(() => {
    side.id.value = id;
    side.run.value = side.weight.value = side.guess.value = side.problem.value = null;
    side.layers.value = [];
    side.history.value = emptyHistory();
  });
  if (!id) return;
  try {
    const [run, layers, history] = await Promise.all([
      server.run(id),
      server.layers(id),
      server.history(id, HISTORY_POINTS),
    ]);
    if (id === side.id.peek()) takeRun(side, run, layers, history);
  } catch (error) {
    if (id === side.id.peek()) side.problem.value = sentenceOf(error);
  }
}

/** @param {Side} side @param {import("./state.js").Run} run
 * @param {import("../shared/types.js").Layer[]} layers @param {import("../shared/frame.js").History} history */
function takeRun(side, run, layers, history) {
  batch(() => {
    side.layers.value = layers;
    side.history.value = history;
    side.run.value = run;
    if (!state.layerNames.value.includes(state.layer.value)) {
      state.layer.value = state.layerNames.value[0] ?? "";
    }
  });
}

/** What a run has become meanwhile. @param {Side} side */
async function refresh(side) {
  const id = side.id.peek();
  const before = side.run.peek();
  if (!before) return;
  const run = await server.run(id);
  if (id !== side.id.peek()) return;
  const moved = run.steps !== before.steps || run.held_out_step !== before.held_out_step;
  const history = moved ? await server.history(id, HISTORY_POINTS) : side.history.peek();
  if (id !== side.id.peek()) return;
  batch(() => {
    side.run.value = run;
    side.history.value = history;
  });
}

let refreshing = false;

async function refreshBoth() {
  if (refreshing || document.visibilityState !== "visible") return;
  refreshing = true;
  try {
    await Promise.all(state.sides.map(refresh));
    state.serverLost.value = false;
  } catch {
    state.serverLost.value = true;
  }
  refreshing = false;
}

const imageQuestions = newest(
  (/** @type {string} */ image, signal) => server.image(state.a.id.peek(), image, signal),
  {
    done: (found) => {
      state.imageInfo.value = found;
    },
    failed: () => {
      state.imageInfo.value = null;
    },
    patienceMs: PATIENCE_MS,
  },
);

/** The address says what is shown. */
function writeAddress() {
  const query = new URLSearchParams();
  if (state.a.id.value) query.set("a", state.a.id.value);
  if (state.b.id.value) query.set("b", state.b.id.value);
  if (state.step.value !== null) query.set("step", String(state.step.value));
  if (state.layer.value) query.set("layer", state.layer.value);
  if (state.image.value !== FIRST_IMAGE) query.set("image", state.image.value);
  history.replaceState(null, "", `${location.pathname}?${query}`);
}

/** Reads the address, asks for the runs, and follows both. */
export async function start() {
  const query = new URLSearchParams(location.search);
  const at = query.get("step");
  if (at !== null && /^\d{1,15}$/.test(at)) state.step.value = Number(at);
  const image = query.get("image") ?? "";
  state.layer.value = query.get("layer") ?? "";
  state.image.value = testNumber(image) === null ? FIRST_IMAGE : image;
  state.runs.value = (await server.runs()).runs.filter(({ kind }) => kind !== "observed");
  for (const side of state.sides) follow(side);
  await Promise.all([choose(state.a, query.get("a") ?? ""), choose(state.b, query.get("b") ?? "")]);
  effect(writeAddress);
  const whose = computed(() => state.a.run.value?.id);
  effect(() => {
    if (whose.value) imageQuestions.want(state.image.value);
  });
  setInterval(refreshBoth, EVERY_MS);
}
