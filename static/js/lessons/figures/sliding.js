/** A kernel going over a real picture: one number for each place, and how many places there are. */

import { effect, signal } from "@preact/signals";
import { sentenceOf } from "../../shared/errors.js";
import { newest } from "../../shared/latest-only.js";
import { server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { ActionButton, Grid, Heatmap, Scale, Select, Slider, Status } from "../components.js";
import { pixels } from "../held-out-images.js";
import { TrainedLink } from "../live-link.js";
import { limitOf, plain } from "../matrix.js";
import { html } from "../prose.js";
import { Question } from "../question.js";

/** @typedef {import("../../shared/types.js").Convolved} Convolved @typedef {import("../matrix.js").Rows} Rows */

const DATASET = "fashion-mnist-10k";
const PICTURES = 40;
const FILTER = 2; // of the trained network
const CELL = 9; // CSS pixels; the same for picture and map, so that sizes can be compared
/** @type {Record<string, [string, Rows]>} */
const KERNELS = {
  left: [
    "left and right edges (Sobel)",
    [
      [1, 0, -1],
      [2, 0, -2],
      [1, 0, -1],
    ],
  ],
  top: [
    "top and bottom edges (Sobel)",
    [
      [1, 2, 1],
      [0, 0, 0],
      [-1, -2, -1],
    ],
  ],
  outline: [
    "outline",
    [
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ],
  ],
  sharpen: [
    "sharpen",
    [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ],
  ],
  blur: ["blur", [1, 2, 1].map((a) => [1, 2, 1].map((b) => (a * b) / 16))],
};

const number = signal(0);
const picture = signal(/** @type {Rows | null} */ (null));
const chosen = signal("left");
const how = signal({ stride: 1, padding: 0, dilation: 1 });
const found = signal(/** @type {Convolved | null} */ (null));
const at = signal({ y: 12, x: 9 });
const work = task();

effect(() => {
  const wanted = number.value;
  pixels(DATASET, wanted).then((rows) => {
    picture.value = rows;
  }, failed);
});
/** @param {unknown} error */
function failed(error) {
  work.problem.value = sentenceOf(error);
}
const computing = newest(server.convolve, {
  done: (answer) => {
    const [height, width] = answer.shape;
    found.value = answer;
    work.problem.value = null;
    at.value = { y: Math.min(at.peek().y, height - 1), x: Math.min(at.peek().x, width - 1) };
  },
  failed,
});
effect(() => {
  if (picture.value)
    computing.want({ image: picture.value, kernel: KERNELS[chosen.value][1], ...how.value });
});

/** The formula with its numbers. @param {{side: number, out: number}} props */
function Size({ side, out }) {
  const { stride, padding, dilation } = how.value;
  return html`<p>⌊(${side} + 2 · ${padding} − ${dilation} · (3 − 1) − 1) / ${stride}⌋ + 1 = <b>${out}</b>:
    a map of ${out}×${out}, that is <b>${out * out}</b> numbers.</p>`;
}

/** Where the kernel lies for the chosen output, cut at the border. @param {(number | null)[]} lines @param {number} side */
function span(lines, side) {
  const inside = lines.filter((line) => line !== null);
  if (!inside.length) return [0, Math.min(1, side)];
  return [Math.min(...inside), Math.max(...inside) - Math.min(...inside) + 1];
}

/** @param {{rows: Rows, answer: Convolved}} props */
function Maps({ rows, answer }) {
  const { y, x } = at.value;
  const term = answer.terms?.[y]?.[x];
  const [top, height] = span(term?.rows ?? [], rows.length);
  const [left, width] = span(term?.columns ?? [], rows[0].length);
  const kernel = KERNELS[chosen.value][1];
  const limit = Math.max(limitOf(kernel), limitOf(answer.output));
  const go = (/** @type {number} */ row, /** @type {number} */ column) => {
    at.value = { y: row, x: column };
  };
  return html`<div class="row maps">
    <figure><${Heatmap} rows=${rows} grey label="The picture" width=${CELL * rows[0].length} box=${{ y: top, x: left, height, width }} />
      <figcaption>picture, ${rows.length}×${rows[0].length}</figcaption></figure>
    <figure><${Heatmap} rows=${answer.output} limit=${limit} label="The feature map" width=${CELL * answer.shape[1]} box=${{ y, x, height: 1, width: 1 }} onPlace=${go} />
      <figcaption>feature map, ${answer.shape[0]}×${answer.shape[1]}</figcaption></figure></div>
    <div class="figure-controls"><${Slider} label="Row" now=${y} max=${answer.shape[0] - 1} onSlide=${(/** @type {number} */ v) => go(v, x)} />
      <${Slider} label="Column" now=${x} max=${answer.shape[1] - 1} onSlide=${(/** @type {number} */ v) => go(y, v)} /></div>
    ${
      term &&
      html`<div class="row three"><${Grid} rows=${term.patch.map((row) => row.map((v) => v ?? 0))} grey caption="picture there" />
      <${Grid} rows=${kernel} limit=${limit} caption="kernel" /><${Grid} rows=${term.products} limit=${limit} caption="products" /></div>
      <p aria-live="polite">The nine products add up to <b>${plain(answer.output[y][x])}</b>, the number in row ${y}, column ${x} of the map.</p>`
    }<${Scale} limit=${limit} />`;
}

export function Figure() {
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => {
    how.value = { ...how.value, [name]: Number(value) };
  };
  const numbers = (/** @type {number} */ from) =>
    [from, from + 1, from + 2].map((n) => [n, String(n)]);
  return html`<div class="figure-controls">
    <${Select} label="Kernel" now=${chosen.value} choices=${Object.entries(KERNELS).map(([key, [text]]) => [key, text])}
      onChoose=${(/** @type {string} */ key) => {
        chosen.value = key;
      }} />
    <${Select} label="Padding" now=${how.value.padding} choices=${numbers(0)} onChoose=${set("padding")} />
    <${Select} label="Stride" now=${how.value.stride} choices=${numbers(1)} onChoose=${set("stride")} />
    <${Select} label="Dilation" now=${how.value.dilation} choices=${numbers(1)} onChoose=${set("dilation")} />
    <${ActionButton} task=${work} onClick=${() => {
      number.value = (number.value + 1) % PICTURES;
    }}>Another picture<//></div>
    <${Status} task=${work} />
    ${picture.value && found.value && html`<${Size} side=${picture.value.length} out=${found.value.shape[0]} /><${Maps} rows=${picture.value} answer=${found.value} />`}
    <${TrainedLink} filter=${FILTER}>See a trained kernel and its map in the live network<//>`;
}

/** Counts by asking for the maps themselves. */
async function count() {
  const image = picture.value ?? (await pixels(DATASET, 0));
  const kernel = KERNELS.left[1];
  const paddings = [0, 1, 2];
  const answers = await Promise.all(
    paddings.map((padding) => server.convolve({ image, kernel, padding })),
  );
  const sizes = answers.map((answer) => answer.shape);
  const same = paddings.filter((padding) => sizes[padding][0] === image.length);
  const text = html`<p>The map has ${sizes[0].join(" · ")} = ${answers[0].output.flat().length} numbers, all made
    with the same ${kernel.flat().length} weights. ${paddings.map((padding) => `With padding ${padding} it is ${sizes[padding].join("×")}. `)}
    So a padding of ${same.join(" or ")} makes it as large as the picture, ${image.length}×${image[0].length}.
    The largest absolute value is ${plain(limitOf(answers[0].output))}: each position has its own number.</p>`;
  return { text, number: answers[0].output.flat().length };
}

export const Answer = () =>
  html`<${Question} compute=${count} guess="How many numbers, without padding?" />`;
