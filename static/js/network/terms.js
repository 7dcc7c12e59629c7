/** The field's words, each in a sentence or two, for tooltips. */
export const TERMS = {
  filter:
    "A filter is all the weights of one output channel: one kernel for each input channel that it reads, and mostly a bias. It makes one feature map.",
  kernel:
    "A kernel is one small grid of weights, for one input channel. It slides over that channel without being flipped (a cross-correlation).",
  weight: "A weight is one number of a kernel. It is the same at every position of the picture.",
  bias: "The bias is one number that is added to every value of a filter's map.",
  map: "A feature map is the output of one filter at every position of the picture.",
  step: "A step is one mini-batch: forward, loss, backward, and one update of the weights.",
  batch: "A batch is the small set of training pictures that one step uses.",
  probe:
    "The probe is the picture whose feature maps you see. Looking at it never changes the network.",
  gradient:
    "A gradient says how the loss of the batch would change if a weight grew a little. The optimiser steps against it. The one shown led to the current step.",
  update: "The last update is what the optimiser really added to each weight in the last step.",
  learningRate: "The learning rate scales how far a step moves the weights.",
  momentum:
    "Momentum is how much of the last update is carried into the next one, like a rolling ball.",
  heldOut:
    "Held-out accuracy is the share of right answers on pictures that the network is never trained on: of all, or of 1,000 that are drawn once and stay the same. Measured at steps 0, 10, 20, 50 and 100, then every 200 steps and on a pause.",
  balanced:
    "Balanced accuracy is the mean share of right answers of each class: one with few pictures weighs as much as the others.",
  accuracy: "Training accuracy: the share of right answers in the last 50 batches.",
  loss: "The loss is how wrong the network's answers on the last batch were; training makes it smaller. 2.303 is random guessing among ten classes.",
  loopSpeed: "Steps of your loop per second, over the last two seconds.",
  speed: "Training pictures that the network processes per second.",
  scale:
    "Colours are symmetric around zero: positive blue, negative orange, zero the background. Choose what shares one scale: each map and filter alone, each layer, or the whole network.",
  ghost:
    "Each kernel beside itself in another state: a step ago, or as it was before the first step. Colours are the same, so that what differs has changed.",
  timeline:
    "You can go back to every step since 0, exactly. Looking at the past changes nothing and stops nothing; playing or changing something there starts a fork.",
  seed: "The seed decides every random draw: first weights and order of pictures. The same recipe and seed give the same run.",
  init: "Initialisation is how the first weights are drawn.",
  optimiser: "The optimiser turns gradients into updates.",
};

/** @typedef {import("../shared/types.js").Layer} Layer */

/** @param {Layer} layer */
const normWords = ({ arguments: { affine } }) =>
  `In training, shifts and scales each map to mean 0 and spread 1 over the batch; otherwise by its running mean and variance.${affine === false ? "" : " Then by two learned numbers."}`;

/** @param {Layer} layer */
const dropoutWords = ({ arguments: { p } }) =>
  p === 0
    ? "With p = 0 it passes everything on."
    : `During training, sets each value to zero with probability ${p}; otherwise it passes everything on.`;

/** @param {Layer} layer */
const shrinks = ({ input_shape, output_shape }) =>
  output_shape[1] < input_shape[1] || output_shape[2] < input_shape[2] ? ", so maps shrink" : "";

/** @type {Record<string, (layer: Layer) => string>} */
const LAYER_WORDS = {
  Conv2d: ({ bias_shape }) =>
    `Each filter slides its kernels over the maps before it, adds up${bias_shape ? ", adds its bias" : ""}, and makes one map.`,
  BatchNorm2d: normWords,
  ReLU: () => "Keeps what is positive and makes what is negative zero.",
  LeakyReLU: ({ arguments: { negative_slope } }) =>
    `Keeps what is positive and multiplies what is negative by ${negative_slope}.`,
  Tanh: () => "Squeezes every value into −1 … 1.",
  Sigmoid: () => "Squeezes every value into 0 … 1.",
  MaxPool2d: (layer) => `Keeps the largest value of each small window${shrinks(layer)}.`,
  AvgPool2d: (layer) => `Averages each small window${shrinks(layer)}.`,
  AdaptiveAvgPool2d: () => "Averages each map over as many regions as its size says.",
  Dropout: dropoutWords,
  Flatten: () => "Lays all maps out in one long row; no weights.",
  Linear: ({ bias_shape }) =>
    `Each output is a weighted sum of every value before it${bias_shape ? ", plus a bias" : ""}.`,
};

/** What a layer does, in plain words. @param {Layer} layer */
export const layerWords = (layer) => LAYER_WORDS[layer.type]?.(layer) ?? "";

/** @param {any} value a number or a pair */
const side = (value) => (Array.isArray(value) ? value.join("×") : `${value}×${value}`);

/** A layer's kind in two words. @param {import("../shared/types.js").Layer} layer */
export function layerTitle(layer) {
  const size = layer.arguments.kernel_size;
  /** @type {Record<string, string>} */
  const names = {
    Conv2d: `${side(size)} convolution`,
    BatchNorm2d: "batch norm",
    LeakyReLU: "leaky ReLU",
    MaxPool2d: `max ${side(size)}`,
    AvgPool2d: `mean ${side(size)}`,
    AdaptiveAvgPool2d: "mean pool",
    Flatten: "flatten",
    Linear: "fully connected",
  };
  return names[layer.type] ?? layer.type;
}
