/** One value of a map over a colour picture: a kernel for each channel, and one sum. */

import { signal } from "@preact/signals";
import { sentenceOf } from "../../shared/errors.js";
import { plural, short } from "../../shared/format.js";
import { FIRST_IMAGE, testImage } from "../../shared/image-id.js";
import { newest } from "../../shared/latest-only.js";
import { address, server } from "../../shared/server.js";
import { task } from "../async-status.js";
import { Grid, Mark, Scale, Select, Slider, Status, SumCheck } from "../components.js";
import { filterAddress, LiveLink } from "../live-link.js";
import { limitOf, sumText } from "../matrix.js";
import { PreparingFigure } from "../prepared.js";
import { html } from "../prose.js";
import { Question } from "../question.js";
import { runFor } from "../runs.js";

/** @typedef {import("../../shared/types.js").Layer} Layer */

const COLOURS = ["red", "green", "blue"];
const RECIPE = { network: "tinyvgg", init: { type: "pretrained" } };
const found = signal(/** @type {any} */ (null));
const layers = signal(/** @type {Layer[]} */ ([]));
const at = signal({ channel: 0, y: 30, x: 30, image: FIRST_IMAGE });
const work = task();
let id = "";

const explain = newest(
  (/** @type {typeof at.value} */ place) => server.explainOutput(id, { layer: "conv1", ...place }),
  {
    done: (answer) => {
      found.value = answer;
    },
    failed: (error) => {
      work.problem.value = sentenceOf(error);
    },
  },
);

const start = () =>
  work.start("Preparing a network for colour pictures…", async () => {
    id = (await runFor("colour", RECIPE)).id;
    layers.value = await server.layers(id);
    await explain.want(at.value);
  });

/** @param {Partial<typeof at.value>} change */
function look(change) {
  at.value = { ...at.value, ...change };
  explain.want(at.value);
}

/** @param {{answer: any}} props */
function Seen({ answer }) {
  const [, rows, cols] = layers.value[0].input_shape;
  const { image, y, x } = at.value;
  const place = (/** @type {PointerEvent} */ event) => {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const cell = (/** @type {number} */ share, /** @type {number} */ n) =>
      Math.max(0, Math.min(n - 1, Math.floor(share * n) - 1));
    const [, height, width] = layers.value[0].output_shape;
    look({
      y: cell((event.clientY - box.top) / box.height, height),
      x: cell((event.clientX - box.left) / box.width, width),
    });
  };
  const patch = { y: answer.rows[0], x: answer.columns[0], height: 3, width: 3 };
  return html`<figure class="seen"><span class="picture choose" onPointerDown=${place}>
      <img src=${address.image(id, image, "input")} width="192" height="192" alt="The input picture" />
      <${Mark} box=${patch} rows=${rows} cols=${cols} /></span>
    <figcaption>the patch lies in rows ${answer.rows[0]}–${answer.rows[2]}, columns ${answer.columns[0]}–${answer.columns[2]}; the output is row ${y}, column ${x}</figcaption></figure>`;
}

/** One channel of the sum. @param {{channel: any, limit: number}} props */
const Channel = ({ channel, limit }) =>
  html`<section class="channel" aria-label=${COLOURS[channel.channel]}><h2>${COLOURS[channel.channel]}</h2><div class="row three">
    <${Grid} rows=${channel.patch} grey caption="picture" label=${`The patch, ${COLOURS[channel.channel]}`} />
    <${Grid} rows=${channel.kernel} limit=${limit} caption="kernel" label=${`The kernel for ${COLOURS[channel.channel]}`} />
    <${Grid} rows=${channel.products} limit=${limit} caption="products" label=${`Products for ${COLOURS[channel.channel]}`} /></div>
    <p>sum <b>${short(channel.sum)}</b></p></section>`;

function Settings() {
  const [count, rows, cols] = layers.value[0].output_shape;
  const { channel, y, x, image } = at.value;
  const pictures = Array.from({ length: 12 }, (_, n) => [testImage(n), `picture ${n}`]);
  return html`<div class="figure-controls">
    <${Select} label="Picture" now=${image} choices=${pictures} onChoose=${(/** @type {string} */ value) => look({ image: value })} />
    <${Slider} label="Filter" now=${channel} max=${count - 1} onSlide=${(/** @type {number} */ v) => look({ channel: v })} />
    <${Slider} label="Row" now=${y} max=${rows - 1} onSlide=${(/** @type {number} */ v) => look({ y: v })} />
    <${Slider} label="Column" now=${x} max=${cols - 1} onSlide=${(/** @type {number} */ v) => look({ x: v })} /></div>`;
}

export function Figure() {
  const answer = found.value;
  if (!answer) return html`<${PreparingFigure} task=${work} onNear=${start} />`;
  const limit = Math.max(
    ...answer.channels.flatMap((/** @type {any} */ c) => [limitOf(c.kernel), limitOf(c.products)]),
  );
  const parts = [...answer.channels.map((/** @type {any} */ c) => c.sum), answer.bias];
  return html`<${Settings} /><${Status} task=${work} /><div class="row at-top"><${Seen} answer=${answer} />
      <div>${answer.channels.map((/** @type {any} */ channel) => html`<${Channel} channel=${channel} limit=${limit} />`)}</div></div>
    <p aria-live="polite">${sumText(parts, short)} (bias) = <b>${short(answer.value)}</b>${
      answer.activation &&
      html`; after ${answer.activation.type} it is <b>${short(answer.activation.value)}</b>`
    }</p><${SumCheck} ...${answer} /><${Scale} limit=${limit} />
    <${LiveLink} runs=${[id]} href=${filterAddress(id, "conv1", at.value.channel)}>Open this network: filter ${at.value.channel} with its three kernels<//>`;
}

async function kernels() {
  if (!layers.value.length) await start();
  const [one, two] = layers.value.filter((layer) => layer.type === "Conv2d");
  if (!two?.weight_shape || !one.weight_shape)
    throw new Error(work.problem.value ?? "There is no network yet.");
  const many = (/** @type {number[]} */ shape) => shape[0] * shape[1];
  const text = html`<p>${one.name}: ${one.weight_shape[0]} · ${one.weight_shape[1]} = ${plural(many(one.weight_shape), "kernel")}
    (${one.counted}). ${two.name}: ${two.weight_shape[0]} · ${two.weight_shape[1]} = ${plural(many(two.weight_shape), "kernel")}
    (${two.counted}). Yet each layer makes ${one.output_shape[0]} maps: one per filter.</p>`;
  return { text, number: many(one.weight_shape) };
}

export const Answer = () =>
  html`<${Question} compute=${kernels} guess="Kernels of the first layer" />`;
