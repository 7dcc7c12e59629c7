/** What the figures of the first lesson share: picture, kernel, bias, the place that is looked at, and the answer. */
import { computed, effect, signal } from "@preact/signals";
import { sentenceOf } from "../shared/errors.js";
import { newest } from "../shared/latest-only.js";
import { server } from "../shared/server.js";
import { Select } from "./components.js";
import { limitOf } from "./matrix.js";
import { html } from "./prose.js";
import { grid, IMAGE, KERNEL } from "./small-picture.js";

/** @typedef {import("../shared/types.js").Convolved} Convolved @typedef {import("./matrix.js").Rows} Rows */

const BIAS = -3; // some of the first sums become negative, some do not
/** @type {Record<string, [string, Rows]>} */
const KNOWN = {
  cross: ["a cross", KERNEL],
  sobel: [
    "left edges (Sobel)",
    [
      [1, 0, -1],
      [2, 0, -2],
      [1, 0, -1],
    ],
  ],
  middle: ["only the middle", grid("000 010 000")],
  sum: ["all ones", grid("111 111 111")],
};

export const image = signal(IMAGE);
export const kernel = signal(KERNEL);
export const bias = signal(BIAS);
export const place = signal({ y: 0, x: 0 }); // of the output that is looked at
export const answer = signal(/** @type {Convolved | null} */ (null));
export const problem = signal(/** @type {string | null} */ (null));

const computing = newest(server.convolve, {
  done: (found) => {
    answer.value = found;
    problem.value = null;
  },
  failed: (error) => {
    problem.value = sentenceOf(error);
  },
});
effect(() => {
  computing.want({ image: image.value, kernel: kernel.value, bias: bias.value });
});

/** The sums of products, without the bias. @returns {Rows} */
export const sums = computed(() =>
  (answer.value?.terms ?? []).map((row) => row.map((term) => term.sum)),
);

/** Half of the one scale of colours that the lesson's figures share. */
export const limit = computed(() => {
  const output = answer.value?.output ?? [];
  return Math.max(...[image.value, kernel.value, sums.value, output].map(limitOf));
});

export function reset() {
  image.value = IMAGE;
  kernel.value = KERNEL;
  bias.value = BIAS;
}

export function KernelSelect() {
  const known = Object.entries(KNOWN).find(([, [, rows]]) => rows === kernel.value)?.[0] ?? "own";
  /** @type {[string, string][]} */
  const choices = Object.entries(KNOWN).map(([key, [text]]) => [key, text]);
  if (known === "own") choices.push(["own", "your own"]);
  return html`<${Select} label="Kernel" now=${known} choices=${choices}
    onChoose=${(/** @type {string} */ key) => {
      if (KNOWN[key]) kernel.value = KNOWN[key][1];
    }} />`;
}
