// A run's life by the client that @hey-api/openapi-ts made; see `life.ts`.

import { client } from "./hey-api/client.gen.js";
import * as api from "./hey-api/index.js";
import { equal, live, ok, RECIPE, type Task, WEIGHT } from "./life.js";

/** What was asked for; a problem throws by itself, and nothing at all here. */
async function given<T>(asked: Promise<{ data: T }>): Promise<NonNullable<T>> {
  const { data } = await asked;
  ok(data !== undefined && data !== null, "an answer");
  return data;
}

const throwOnError = true;

/** The id of a new run after three steps. */
async function createAndStep() {
  const made = await given(api.createRun({ body: RECIPE, throwOnError }));
  equal([made.step, made.recipe.seed, made.name, made.loss], [0, 7, null, null]);
  const path = { run_id: made.id };
  const run = await given(api.trainSteps({ path, body: { steps: 3 }, throwOnError }));
  equal([run.step, run.state], [3, "ready"]);
  ok(run.loss !== null && run.loss > 0, "a loss");
  return run.id;
}

/** A tensor as JSON and as bytes; of an answer's media types this generator types the first alone. */
async function look({ save }: Task, run_id: string) {
  const path = { run_id, ...WEIGHT };
  const tensor = await given(api.getTensor({ path, throwOnError }));
  equal([tensor.shape, tensor.axes[0], tensor.step], [[2, 1, 3, 3], "out", 3]);
  await save("weight.json", JSON.stringify(tensor.values));
  const query = { format: "npy" } as const;
  const bytes: unknown = await given(
    api.getTensor({ path, query, parseAs: "arrayBuffer", throwOnError }),
  );
  ok(bytes instanceof ArrayBuffer, "bytes");
  await save("weight.npy", bytes);
  const weights = await given(api.getWeights({ path: { run_id }, throwOnError }));
  await save("weights.safetensors", await weights.arrayBuffer());
  const { thumbnails } = await given(api.getThumbnails({ query: { run: [run_id] }, throwOnError }));
  equal(Object.keys(thumbnails), [run_id]);
}

/** A picture of one's own, what is made of it, and what the network says of it. */
async function upload({ picture }: Task, run_id: string) {
  const body = { file: picture };
  const image = await given(api.uploadImage({ path: { run_id }, body, throwOnError }));
  equal([image.name, image.format, image.width, image.label], [picture.name, "PNG", 300, null]);
  const path = { run_id, image: image.id };
  equal((await given(api.getImageFile({ path, throwOnError }))).type, "image/png");
  const query = { image: image.id };
  const said = await given(api.getPredictions({ path: { run_id }, query, throwOnError }));
  equal(said.image, image.id);
  ok(said.classes.map((entry) => entry.class).includes(said.top?.class ?? ""), "the best class");
  const sum = said.classes.reduce((total, entry) => total + (entry.probability ?? 0), 0);
  ok(Math.abs(sum - 1) < 1e-5, "probabilities that add up to 1");
}

/** One weight by hand. */
async function change(run_id: string) {
  const body = { type: "set" as const, layer: "conv1", index: [0, 0, 1, 1], value: 0.5 };
  const made = await given(api.interveneInRun({ path: { run_id }, body, throwOnError }));
  equal(made.run.interventions[0]?.id, made.id);
}

/** The id of the same run, taken in from its file. */
async function exportAndImport({ save }: Task, run_id: string) {
  const file = await given(api.exportRun({ path: { run_id }, throwOnError }));
  await save("run.convscope", await file.arrayBuffer());
  const again = await given(api.importRun({ body: { file }, throwOnError }));
  equal([again.imported_from?.run, again.step], [run_id, 3]);
  return again.id;
}

/** It is gone, and whoever asks is told so as a problem. */
async function remove(run_id: string) {
  const { response } = await api.deleteRun({ path: { run_id }, throwOnError });
  equal(response.status, 204);
  const { error } = await api.getRun({ path: { run_id } });
  equal([error?.status, error?.code], [404, "not_found"]);
}

await live(async (task) => {
  client.setConfig({ baseUrl: task.address });
  const run = await createAndStep();
  await look(task, run);
  await upload(task, run);
  await change(run);
  const again = await exportAndImport(task, run);
  const usual = await given(api.createRun({ throwOnError }));
  const path = { run_id: usual.id };
  equal((await given(api.trainSteps({ path, throwOnError }))).step, 1);
  for (const each of [run, again, usual.id]) await remove(each);
});
