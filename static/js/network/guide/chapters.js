/**
 * The chapters of the tour. Each speaks of a part of the page, does one real thing to the run on it, and tells
 * what came of it.
 */
import { signal } from "@preact/signals";
import { count, percent, plural } from "../../shared/format.js";
import { html } from "../../shared/html.js";
import { testImage, testNumber } from "../../shared/image-id.js";
import { unpin } from "../explain/pointing.js";
import { openValue, startSweep, stopSweep, sweeping } from "../filter/sweep.js";
import { backToNow, chooseProbe, closeFilter, openFilter, seek } from "../intents.js";
import {
  accuracy,
  heldOut,
  heldOutStep,
  inPast,
  lastStep,
  liveRun,
  openedFilter,
  plan,
  probe,
  probeTab,
  run,
  step,
} from "../state.js";
import { chooseFilter, filterOfTheTour, nextFilter } from "./filter-of-the-tour.js";
import { guessSentence } from "./guesses.js";
import { bringIntoView, bringWhenThere } from "./into-view.js";
import { filterParts, filterWord, hold, letGo, PARTS, word } from "./nouns.js";
import { obstacleTo } from "./obstacles.js";
import { rewind, rewinding, stopRewinding } from "./rewind.js";
import {
  afterUndo,
  measuring,
  silenceFilter,
  silenceNow,
  stillSilenced,
  unsilence,
  worthOfSilence,
} from "./silence.js";
import { climbing, climbNow, GOAL, stopTraining, train } from "./training.js";
import { climbSentence, likenessSentence, silenceSentence } from "./words.js";

/** @typedef {import("./obstacles.js").Act} Act @typedef {import("./obstacles.js").Need} Need */

/**
 * @typedef {object} Now what a chapter shows as things are
 * @property {any} text one to three sentences
 * @property {any} [told] what came of it, read aloud once
 * @property {any} [live] numbers that move, not read aloud
 * @property {Act | null} act
 * @property {Act | null} [more] beside it
 * @property {boolean} [done] what the chapter is about has happened
 *
 * @typedef {object} Chapter
 * @property {string} title
 * @property {Need[]} needs
 * @property {string} parts of the page that it speaks of
 * @property {() => Now} now reads signals
 * @property {() => void} [begin] when it is gone to
 */

/** @type {Now} */
const NO_FILTER = { text: "", told: "Waiting for the first frame…", act: null };
const POINTED_MS = 1400;
const TEST_IMAGES = 20; // that the tour goes through
const pointedOut = signal(false);
let pointing = 0;

/** Whether the network has a column of a kind. @param {"conv" | "classes"} role */
const has = (role) => Boolean(plan.value?.columns.some((column) => column.role === role));

/** One after another, in the direction of the data. */
function pointOut() {
  const order = ["picture", "kernels", "maps", "answers"].filter((noun) =>
    document.querySelector(PARTS[noun]),
  );
  clearInterval(pointing);
  const next = () => {
    const noun = order.shift();
    hold(noun ? { noun, parts: PARTS[noun] } : null);
    if (noun) return bringIntoView(PARTS[noun]);
    clearInterval(pointing);
    pointedOut.value = true;
  };
  next();
  pointing = window.setInterval(next, POINTED_MS);
}

/** What a chapter began is over with it. */
export function leaveChapter() {
  clearInterval(pointing);
  stopRewinding();
  letGo();
}

/** @type {Chapter} */
const WHAT_YOU_SEE = {
  title: "What you see",
  needs: ["server"],
  parts: ".scroller",
  now: () => ({
    text: html`A ${word("picture")} goes in at the left. ${has("conv") && html`${word("kernels", "Kernels", ",")} small grids of weights, slide over it and make ${word("maps", "feature maps", ".")}`} ${has("classes") && html`At the right stand the ${word("answers", "answers", ":")} how sure the network is of each class.`}`,
    told: pointedOut.value ? "In this order the numbers flow, from left to right." : "",
    act: ["Point them out", pointOut],
    done: pointedOut.value,
  }),
};

const anotherPicture = () =>
  chooseProbe(testImage(((testNumber(probe.peek()?.id ?? "") ?? -1) + 1) % TEST_IMAGES));

/** How the weights at step 0 came about. */
const trainedBefore = () =>
  ["pretrained", "from_run", "from_file"].includes(liveRun.value?.recipe.init.type);

function startText() {
  const classes = run.value?.classes.length ?? 0;
  if (trainedBefore())
    return html`This network did not begin with random weights: it took them from a trained one. Its ${word("answers")} at step 0 show what that is worth here.`;
  if (!has("classes"))
    return "Before training, all weights are random numbers. This network gives no answers, only feature maps.";
  const chance = classes > 1 ? `: one of ${count(classes)} is right by chance` : "";
  return html`Before training, all weights are random numbers, so the ${word("answers")} are guesses${chance}. Nothing here was prepared.`;
}

/** @type {Chapter} */
const GUESSING = {
  title: "It starts by guessing",
  needs: ["server"],
  parts: PARTS.answers,
  now: () => {
    const atStart = step.value === 0;
    const told = `${inPast.value || !atStart ? `Step ${count(step.value)}. ` : ""}${guessSentence()}`;
    if (inPast.value)
      return { text: startText(), told, act: ["Back to now", backToNow], done: atStart };
    return atStart
      ? { text: startText(), told, act: ["Show another picture", anotherPicture], done: true }
      : { text: startText(), live: told, act: ["Look at step 0", () => seek(0)] };
  },
};

/** @param {import("./training.js").Climb | null} last @param {boolean} going */
function trainAct(last, going) {
  const high = (accuracy.value ?? 0) >= GOAL;
  if (going) return /** @type {Act} */ (["Pause", stopTraining]);
  if (high) return /** @type {Act} */ (["Train 100 more steps", train]);
  return /** @type {Act} */ ([last ? "Go on" : `Play until ${percent(GOAL, 0)}`, train]);
}

/** @type {Chapter} */
const LEARNING = {
  title: "Watch it learn",
  needs: ["server", "present", "trainable"],
  parts: "[data-tour=stats]",
  now: () => {
    const [last, going] = [climbNow(), climbing()];
    const measured = heldOutStep.value === last?.to ? heldOut.value : null;
    return {
      text: html`Each step shows the network a batch of pictures, measures the ${word("loss", "loss", ",")} and moves every weight a little against its ${word("gradient", "gradient", ".")} Step by step the ${word("accuracy")} climbs.`,
      live: going && html`Step ${count(step.value)}: accuracy <b>${percent(accuracy.value)}</b>`,
      told: last && !going ? climbSentence(last, measured) : "",
      act: trainAct(last, going),
      done: last?.now === "reached" || last?.now === "slow",
    };
  },
};

/** Whether the filter of the tour is open, on its weights. */
const isOpen = (/** @type {{column: {name: string}, filter: number}} */ { column, filter }) =>
  openedFilter.value?.layer === column.name &&
  openedFilter.value.channel === filter &&
  !openedFilter.value.tab;

/** @type {Chapter} */
const EDGES = {
  title: "A filter finds its job",
  needs: ["server", "conv", "trained"],
  parts: ".column.conv",
  begin: () => {
    chooseFilter();
    markFilter();
  },
  now: () => {
    const mine = filterOfTheTour();
    if (!mine) return NO_FILTER;
    const { column, filter, now, first } = mine;
    const open = isOpen(mine);
    return {
      text: html`Nobody told the ${word("kernels")} what to look for. Look at ${filterWord(column.name, filter, ":")} blue weights count for a bright spot, orange ones against it.`,
      told: likenessSentence(now, first),
      act: open ? ["Close it", closeFilter] : ["Open it", () => openFilter(column.name, filter)],
      more: [
        "Another filter",
        () => {
          closeFilter();
          nextFilter();
          markFilter();
        },
      ],
      done: open,
    };
  },
};

function markFilter() {
  const mine = filterOfTheTour();
  if (!mine) return;
  const parts = filterParts(mine.column.name, mine.filter);
  hold({ noun: "filter", parts });
}

/** @param {{column: import("../drawing/layout.js").Column, filter: number}} mine */
function slide({ column, filter }) {
  letGo();
  unpin();
  openFilter(column.name, filter);
  startSweep(column, filter);
  bringWhenThere(PARTS.window);
}

/** @type {Chapter} */
const SHARING = {
  title: "One kernel, every position",
  needs: ["server", "conv"],
  parts: ".depths",
  now: () => {
    const mine = filterOfTheTour();
    if (!mine) return NO_FILTER;
    const { column, filter } = mine;
    const [, rows, cols] = column.shape;
    const weights = column.kernels * (column.kernel?.[0] ?? 1) * (column.kernel?.[1] ?? 1);
    const open = openValue(column, filter);
    return {
      text: html`${filterWord(column.name, filter)} has only ${plural(weights, "weight")}, and the same ones are used at all <b>${count(rows * cols)}</b> positions of the ${word("picture", "picture", ".")} Slide its ${word("window", "window", ":")} what it finds becomes one value of the ${word("maps", "feature map", ".")}`,
      live: open && html`Row ${open.y}, column ${open.x}: the same ${plural(weights, "weight")}.`,
      act: sweeping.value ? ["Stop", stopSweep] : ["Slide the window", () => slide(mine)],
      more: isOpen(mine) && !sweeping.value ? ["Close it", closeFilter] : null,
      done: Boolean(open),
    };
  },
};

/** @type {Act} */
const TAKE_BACK = ["Take it back", unsilence];

/** @type {Chapter} */
const SILENCE = {
  title: "What is it worth?",
  needs: ["server", "present", "trainable", "conv"],
  parts: "[data-tour=stats]",
  now: () => {
    const mine = filterOfTheTour();
    if (!mine) return NO_FILTER;
    const { column, filter } = mine;
    const off = stillSilenced.value;
    const text = html`Silence ${filterWord(column.name, filter, ":")} its ${word("maps", "feature map")} becomes 0 everywhere, and the rest of the network must do without. Watch the held-out ${word("accuracy", "accuracy", ".")}`;
    if (measuring.value) return { text, told: "Measuring on held-out pictures…", act: null };
    return {
      text,
      told: off ? silenceSentence(worthOfSilence()) : "",
      act: off ? TAKE_BACK : ["Silence it", () => silenceFilter(column.name, filter)],
      more: off
        ? null
        : [
            "Another filter",
            () => {
              nextFilter();
              markFilter();
            },
          ],
      done: off,
    };
  },
};

/** @type {Chapter} */
const UNDO = {
  title: "Nothing is lost",
  needs: ["server", "present", "trainable", "conv"],
  parts: "[data-tour=stats]",
  now: () => {
    const [now, off] = [silenceNow.value, stillSilenced.value];
    const text = html`Nothing that you change is lost. Undo puts back what was, to the last bit, and the ${word("accuracy")} with it.`;
    if (measuring.value) return { text, told: "Measuring on held-out pictures…", act: null };
    if (off) return { text, told: silenceSentence(worthOfSilence()), act: TAKE_BACK };
    const after = afterUndo()?.held_out_after ?? null;
    const back = after === null ? "" : `: held-out accuracy is ${percent(after)} again`;
    return {
      text,
      told: now?.undid
        ? `${now.layer}, filter ${now.filter} takes part again${back}.`
        : "Nothing is silenced now.",
      act: ["Back to silencing", () => goTo(SILENCE)],
      done: Boolean(now?.undid),
    };
  },
};

/** @type {Chapter} */
const PAST = {
  title: "Every step is kept",
  needs: ["server", "trained"],
  parts: PARTS.timeline,
  now: () => {
    const text = html`The ${word("timeline")} below holds every step since 0. Go back and see the ${word("kernels")} as they were; nothing stops, and nothing is overwritten.`;
    const where = html`Step ${count(step.value)} of ${count(lastStep.value)}`;
    if (rewinding.value) return { text, live: where, act: ["Stop", stopRewinding] };
    if (!inPast.value)
      return {
        text,
        act: [
          "Go back to step 0",
          () => {
            closeFilter();
            rewind();
          },
        ],
      };
    return {
      text,
      told: `This is step ${count(step.value)} of ${count(lastStep.value)}. ${guessSentence()}`,
      act: ["Back to now", backToNow],
      done: true,
    };
  },
};

function drawOne() {
  probeTab.value = "draw";
  bringWhenThere("[data-tour=probe] .tab canvas");
}

/** @type {Chapter} */
const YOURS = {
  title: "Your turn",
  needs: ["server"],
  parts: PARTS.probe,
  now: () => ({
    text: html`Draw or upload a ${word("probe", "picture of your own", ";")} every map follows. ${liveRun.value?.trainable && html`Or play on, change the learning rate, open any number.`}`,
    told: probe.value?.source === "upload" ? guessSentence() : "",
    live: html`<span class="guide-ways"><a href="lessons">Lessons, one idea each</a> <a href="runs">All runs</a> <a href=${`compare?a=${liveRun.value?.id ?? ""}`}>Compare with another run</a></span>`,
    act: ["Draw a picture", drawOne],
    done: true,
  }),
};

export const CHAPTERS = [
  WHAT_YOU_SEE,
  GUESSING,
  LEARNING,
  EDGES,
  SHARING,
  SILENCE,
  UNDO,
  PAST,
  YOURS,
];

/** Which one is read. */
export const at = signal(0);

/** @param {Chapter} chapter */
export function goTo(chapter) {
  leaveChapter();
  at.value = CHAPTERS.indexOf(chapter);
  bringIntoView(chapter.parts);
  if (!obstacleTo(chapter.needs)) chapter.begin?.();
}
