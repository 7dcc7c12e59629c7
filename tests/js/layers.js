/** Layers as `GET /runs/{id}/layers` gives them, for the networks whose shapes are known. */

/** @typedef {import("../../static/js/shared/types.js").Layer} Layer */

/** @param {[string, string, number[], number[] | null, Record<string, any>?][]} rows @param {number[]} input @returns {Layer[]} */
export function layersOf(rows, input) {
  let before = input;
  return rows.map(([name, type, output_shape, weight_shape, args = {}], index) => {
    const layer = {
      index,
      name,
      type,
      arguments: args,
      input_shape: before,
      output_shape,
      reads: rows[index - 1]?.[0] ?? "input",
      weight_shape,
      tensors: weight_shape ? ["weight", "bias"] : [],
      bias_shape: weight_shape && [weight_shape[0]],
      parameters: 0,
      counted: "",
      receptive_field: null,
      receptive_field_start: null,
      receptive_field_jump: null,
    };
    before = output_shape;
    return layer;
  });
}

const same = { kernel_size: 3, stride: 1, padding: 1, dilation: 1, groups: 1 };
const valid = { ...same, padding: 0 };
const halve = { kernel_size: 2, stride: 2, padding: 0 };

export const DEFAULT = layersOf(
  [
    ["conv1", "Conv2d", [8, 28, 28], [8, 1, 3, 3], same],
    ["relu1", "ReLU", [8, 28, 28], null],
    ["pool1", "MaxPool2d", [8, 14, 14], null, halve],
    ["conv2", "Conv2d", [16, 14, 14], [16, 8, 3, 3], same],
    ["relu2", "ReLU", [16, 14, 14], null],
    ["pool2", "MaxPool2d", [16, 7, 7], null, halve],
    ["flatten1", "Flatten", [784], null],
    ["linear1", "Linear", [10], [10, 784]],
  ],
  [1, 28, 28],
);

export const TINY_VGG = layersOf(
  [
    ["conv1", "Conv2d", [10, 62, 62], [10, 3, 3, 3], valid],
    ["relu1", "ReLU", [10, 62, 62], null],
    ["conv2", "Conv2d", [10, 60, 60], [10, 10, 3, 3], valid],
    ["relu2", "ReLU", [10, 60, 60], null],
    ["pool1", "MaxPool2d", [10, 30, 30], null, halve],
    ["conv3", "Conv2d", [10, 28, 28], [10, 10, 3, 3], valid],
    ["relu3", "ReLU", [10, 28, 28], null],
    ["conv4", "Conv2d", [10, 26, 26], [10, 10, 3, 3], valid],
    ["relu4", "ReLU", [10, 26, 26], null],
    ["pool2", "MaxPool2d", [10, 13, 13], null, halve],
    ["flatten1", "Flatten", [1690], null],
    ["linear1", "Linear", [10], [10, 1690]],
  ],
  [3, 64, 64],
);

export const LONE_CONV = layersOf(
  [["conv1", "Conv2d", [12, 23, 23], [12, 1, 3, 3], valid]],
  [1, 25, 25],
);

export const WIDE = layersOf(
  [
    ["conv1", "Conv2d", [64, 28, 28], [64, 1, 3, 3], same],
    ["conv2", "Conv2d", [64, 28, 28], [64, 32, 3, 3], { ...same, groups: 2 }],
    ["flatten1", "Flatten", [50176], null],
    ["linear1", "Linear", [128], [128, 50176]],
    ["relu1", "ReLU", [128], null],
    ["linear2", "Linear", [10], [10, 128]],
  ],
  [1, 28, 28],
);
