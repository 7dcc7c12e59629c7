// What both clients of TypeScript are told, and what they leave to be looked at: `weight.json`,
// `weight.npy`, `weights.safetensors` and `run.convscope`.

import { deepStrictEqual } from "node:assert";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { argv } from "node:process";

export interface Task {
  address: string;
  picture: File;
  save(name: string, data: ArrayBuffer | string): Promise<void>;
}

export const RECIPE = {
  network: {
    input: [1, 28, 28] as [number, number, number],
    layers: [
      { type: "Conv2d" as const, out_channels: 2, kernel_size: 3, stride: 9 },
      { type: "ReLU" as const },
      { type: "Flatten" as const },
      { type: "Linear" as const, out_features: 10 },
    ],
  },
  dataset: "fashion-mnist-10k",
  optimizer: { type: "SGD" as const, learning_rate: 0.1 },
  batch_size: 4,
  seed: 7,
};
export const WEIGHT = { layer: "conv1", tensor: "weight" };

export const equal: (got: unknown, expected: unknown) => void = deepStrictEqual;

/** Throws where something is not as it is called. */
export function ok(found: boolean, what: string): asserts found {
  if (!found) throw new Error(`expected ${what}`);
}

/** Do it with what the command line says: the server's address, a picture, and a folder. */
export async function live(visit: (task: Task) => Promise<void>): Promise<void> {
  const [address = "", path = "", folder = ""] = argv.slice(2);
  const picture = new File([await readFile(path)], basename(path), { type: "image/png" });
  const save: Task["save"] = (name, data) =>
    writeFile(join(folder, name), typeof data === "string" ? data : new Uint8Array(data));
  await visit({ address, picture, save });
}
