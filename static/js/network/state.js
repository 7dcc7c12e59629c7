/**
 * Everything the page knows. Panels read it, intents and the server's messages change it, and
 * whatever reads a signal is drawn again by itself.
 */
import { computed, signal } from "@preact/signals";
import { small } from "../shared/media-queries.js";
import { emptyCurve } from "../shared/metric-history.js";
import { undoableCount } from "../shared/run-text.js";
import { asMaps } from "./drawing/columns.js";
import { layoutNetwork } from "./drawing/layout.js";

const ANSWERS_BESIDE_PX = 560;

/** @typedef {import("../shared/types.js").Run} Run @typedef {import("../shared/types.js").Layer} Layer */
/** @template T @typedef {import("@preact/signals").Signal<T>} Signal */

// From the server
export const liveRun = signal(/** @type {Run | null} */ (null)); // the run on the page, as it is now
export const lastStep = signal(0); // how many steps it has come, whichever is looked at
export const layers = signal(/** @type {Layer[]} */ ([])); // of that run, in order
export const models = signal(/** @type {import("../shared/types.js").Model[]} */ ([])); // named networks
export const datasets = signal(/** @type {import("../shared/types.js").Dataset[]} */ ([])); // data sets
/** Of named networks, as far as they were asked for. */
export const offeredModels = signal(
  /** @type {import("./training/recipe-draft.js").Offered[]} */ ([]),
); // networks that fit data sets
export const modelLayers = signal(/** @type {Record<string, Layer[]>} */ ({}));
export const probe = signal(/** @type {import("../shared/types.js").Image | null} */ (null)); // on screen
export const probeVersion = signal(0); // grows when the probe's picture is replaced

// The frame on screen; its sections are in `latest` of `frames.js`, for they change too often to compare
export const step = signal(0); // updates that led to it
export const loss = signal(/** @type {number | null} */ (null)); // of the last batch
export const accuracy = signal(/** @type {number | null} */ (null)); // share, mean of last 50 batches
export const heldOut = signal(/** @type {number | null} */ (null)); // share of held-out pictures
export const heldOutBalanced = signal(/** @type {number | null} */ (null)); // mean share of each class, where sizes differ
export const heldOutStep = signal(/** @type {number | null} */ (null)); // step it was measured at
export const speed = signal(/** @type {number | null} */ (null)); // images per second
export const predictions = signal(
  /** @type {import("../shared/types.js").Predictions | null} */ (null),
);
export const slowTick = signal(0); // grows with frames, at most 8 times a second: for text
/** The curves' data, which `historyTick` says has changed; how far frames have come, and what they told while
 * the whole is being fetched; `isVoid`: the run went back meanwhile.
 * @type {{points: import("../shared/metric-history.js").Curve, reached: number,
 *   fetching: {news: import("../shared/frame.js").History[], isVoid: boolean} | null}} */
export const history = { points: emptyCurve(), reached: 0, fetching: null };
export const historyTick = signal(0); // grows when the history does, at most 4 times a second

// The past
export const pastStep = signal(/** @type {number | null} */ (null)); // step looked at; null: the present
/** @typedef {Pick<Run, "learning_rate" | "momentum" | "weight_decay" | "silenced" | "frozen">} PastSettings */
export const pastSettings = signal(/** @type {PastSettings | null} */ (null)); // at the past step on screen
export const recomputed = signal(/** @type {string | null} */ (null)); // where its digits may differ
export const proposal = signal(
  /** @type {import("./timeline/fork-proposal.js").Proposal | null} */ (null),
); // a fork

// The connection
export const connection = signal(/** @type {"waiting" | "open" | "lost"} */ ("waiting")); // of the stream
export const busy = signal(/** @type {string | null} */ (null)); // what the page waits for

// What the viewer chose
export const kernelKind = signal(/** @type {"weight" | "gradient" | "update"} */ ("weight"));
export const scaleMode = signal(/** @type {"map" | "layer" | "network"} */ ("layer"));
/** @typedef {{layer: string, channel: number, tab: string | null}} FilterPlace `tab` of its view; null: the first */
export const openedFilter = signal(/** @type {FilterPlace | null} */ (null)); // filter view
export const hoveredCell = signal(/** @type {{layer: string, channel: number} | null} */ (null)); // map
/** @typedef {import("./explain/pointing.js").NumberPlace} NumberPlace */
export const pointed = signal(/** @type {NumberPlace | null} */ (null)); // number under the pointer
export const pinned = signal(/** @type {NumberPlace | null} */ (null)); // number that is held
export const detailed = signal(false); // an open number with all of its arithmetic
export const batchImage = signal(0); // which of the batch a weight's gradient is shown for
export const replay = signal(/** @type {import("./slow-motion/phases.js").Replay | null} */ (null)); // slow motion
export const slowWaiting = signal(false); // for the step that it shows
/** Takes a key, and says whether it did; null before slow motion is first begun.
 * @type {Signal<((key: string) => boolean) | null>} */
export const slowKeys = signal(null);
export const codeDrawer = signal(/** @type {{layer: string | null} | null} */ (null)); // weights and code
/** What is asked, as the address has it: `why` the method, `class` null: of the first answer.
 * @type {Signal<Record<string, string | null> | null>} */
export const why = signal(null);
/** How the run is, as the address has it: `inspect` the tab, `cell` of the matrix. @type {Signal<Record<string, string | null> | null>} */
export const inspect = signal(null);
export const pinnedProbe = signal(/** @type {string | null} */ (null)); // image id chosen here
export const pending = signal(/** @type {Record<string, number | null>} */ ({})); // settings not yet sent
export const menuOpen = signal(false); // of the run: its name, its files
export const pagesOpen = signal(false); // menu of a narrow window: the other pages
export const newRunOpen = signal(false); // sheet that starts a run
export const guideOpen = signal(false); // the tour
export const probeTab = signal(/** @type {"test" | "upload" | "draw" | "camera"} */ ("test")); // where the picture comes from
export const drawingSize = signal({ width: 0, height: 0, type: 1 }); // room for the network, CSS pixels, and size of its letters
/** @typedef {"off" | "last" | "first"} Ghost */
export const ghost = signal(/** @type {Ghost} */ ("off")); // other state beside each kernel
export const fitted = signal(false); // the whole network in the window, however small

export const visible = signal(document.visibilityState === "visible"); // tab in front

// Derived
/** Whether its steps are made in somebody's own training loop. */
export const observed = computed(() => liveRun.value?.kind === "observed");
/** Of its large layers what is in view, as the server is asked. @type {Signal<object[]>} */
export const watchedWindows = signal([]);
/** How that loop goes. @type {Signal<Run["loop"]>} */
export const loop = signal(null);
export const openNumber = computed(() => pinned.value ?? pointed.value); // number that is open
export const inPast = computed(() => pastStep.value !== null);
/** The run as the page shows it: in the past with that step's settings, and those of a fork to be. */
export const run = computed(() => {
  if (!liveRun.value || !inPast.value) return liveRun.value;
  const done = liveRun.value.interventions.filter((change) => change.step <= step.value);
  return {
    ...liveRun.value,
    ...pastSettings.value,
    interventions: done,
    intervention_count: done.length,
    undoable_count: undoableCount(done),
    ...proposal.value?.settings,
  };
});
/** How pixels enter the run's network; null: in 0 … 1. */
export const preprocessing = computed(() => run.value?.recipe.data?.preprocessing ?? null);
/** Whether a fork is looked at where it begins: the step that led there is its parent's. */
export const atFork = computed(
  () => run.value?.parent != null && run.value.parent.step === step.value,
);
/** The step that is asked about; null: the present one, whichever it is by then. */
export const askedStep = computed(() => (inPast.value ? step.value : null));
export const playing = computed(
  () => !inPast.value && liveRun.value?.state === "playing" && !loop.value?.waits,
);
/** Whether somebody's loop lets the page pause it. */
export const steerable = computed(
  () => !inPast.value && Boolean(loop.value?.controllable) && loop.value?.state === "connected",
);
/** A run that stopped can still go on from its past. */
export const startable = computed(
  () =>
    steerable.value ||
    (Boolean(liveRun.value?.trainable) &&
      (inPast.value ||
        ["starting", "ready", "stepping", "playing"].includes(liveRun.value?.state ?? ""))),
);
/** The first filter in view, of a layer of which not all are. @param {string} layer */
export const firstInView = (layer) =>
  layers.peek().find(({ name }) => name === layer)?.window?.first ?? 0;
export const firstLayer = signal(/** @type {Layer | null} */ (null)); // of all, also where it is not shown
export const inputShape = computed(() => firstLayer.value?.input_shape ?? [1, 1, 1]); // (C, H, W)
/** Whether the answers stand at the right of the drawing; in a small window they have a bar of their own. */
export const answersBeside = computed(
  () => drawingSize.value.width >= ANSWERS_BESIDE_PX && !small.value,
);
/** The drawing while no filter is open. */
const drawn = computed(() =>
  layers.value.length && drawingSize.value.width
    ? layoutNetwork(layers.value, asMaps(inputShape.value), drawingSize.value, {
        ghosts: ghost.value !== "off" && kernelKind.value === "weight",
        whole: fitted.value,
        answers: answersBeside.value,
        type: drawingSize.value.type,
      })
    : null,
);
const openedLayer = computed(() => openedFilter.value?.layer ?? null);
/** What makes room for a filter; null until one is opened for the first time. */
export const unfolding = signal(
  /** @type {typeof import("./drawing/unfolding.js") | null} */ (null),
);
/** The drawing, with room for the filter that is open. */
export const plan = computed(() => {
  if (!(drawn.value && unfolding.value)) return drawn.value;
  const { width, type } = drawingSize.value;
  const layer = answersBeside.value ? openedLayer.value : null;
  return unfolding.value.unfoldAt(drawn.value, layer, width, type);
});
