// A run's life by openapi-fetch and the types that openapi-typescript made; see `life.ts`.

import createClient from "openapi-fetch";
import type { paths } from "./api.js";
import { equal, live, ok, RECIPE, type Task, WEIGHT } from "./life.js";

type Client = ReturnType<typeof createClient<paths>>;

/** What was asked for; a problem or nothing at all throws. */
async function given<T>(asked: Promise<{ data?: T; error?: unknown }>): Promise<NonNullable<T>> {
  const { data, error } = await asked;
  ok(data !== undefined && data !== null, `an answer, got ${JSON.stringify(error)}`);
  return data;
}

/** openapi-typescript calls a file `string`. */
const asFile = (file: Blob) => file as unknown as string;

/** A form of a body's fields. */
function form(fields: object): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

/** The id of a new run after three steps. */
async function createAndStep(client: Client) {
  const made = await given(client.POST("/api/v1/runs", { body: RECIPE }));
  equal([made.step, made.recipe.seed, made.name, made.loss], [0, 7, null, null]);
  const params = { path: { run_id: made.id } };
  const run = await given(
    client.POST("/api/v1/runs/{run_id}/step", { params, body: { steps: 3 } }),
  );
  equal([run.step, run.state], [3, "ready"]);
  ok(run.loss !== null && run.loss > 0, "a loss");
  return run.id;
}

/** A tensor as JSON and as bytes, whose type is that of any of the answer's media types. */
async function look(client: Client, { save }: Task, run_id: string) {
  const tensors = "/api/v1/runs/{run_id}/layers/{layer}/tensors/{tensor}";
  const path = { run_id, ...WEIGHT };
  const tensor = await given(client.GET(tensors, { params: { path } }));
  ok(typeof tensor !== "string", "JSON");
  equal([tensor.shape, tensor.axes[0], tensor.step], [[2, 1, 3, 3], "out", 3]);
  await save("weight.json", JSON.stringify(tensor.values));
  const params = { path, query: { format: "npy" } } as const;
  await save("weight.npy", await given(client.GET(tensors, { params, parseAs: "arrayBuffer" })));
  const weights = client.GET("/api/v1/runs/{run_id}/weights", {
    params: { path: { run_id } },
    parseAs: "arrayBuffer",
  });
  await save("weights.safetensors", await given(weights));
  const query = { run: [run_id] };
  const { thumbnails } = await given(client.GET("/api/v1/runs/thumbnails", { params: { query } }));
  equal(Object.keys(thumbnails), [run_id]);
}

/** A picture of one's own, what is made of it, and what the network says of it. */
async function upload(client: Client, { picture }: Task, run_id: string) {
  const image = await given(
    client.POST("/api/v1/runs/{run_id}/images", {
      params: { path: { run_id } },
      body: { file: asFile(picture) },
      bodySerializer: form,
    }),
  );
  equal([image.name, image.format, image.width, image.label], [picture.name, "PNG", 300, null]);
  const drawn = client.GET("/api/v1/runs/{run_id}/images/{image}/file", {
    params: { path: { run_id, image: image.id } },
    parseAs: "blob",
  });
  equal((await given(drawn)).type, "image/png");
  const params = { path: { run_id }, query: { image: image.id } };
  const said = await given(client.GET("/api/v1/runs/{run_id}/predictions", { params }));
  equal(said.image, image.id);
  ok(said.classes.map((entry) => entry.class).includes(said.top?.class ?? ""), "the best class");
  const sum = said.classes.reduce((total, entry) => total + (entry.probability ?? 0), 0);
  ok(Math.abs(sum - 1) < 1e-5, "probabilities that add up to 1");
}

/** One weight by hand. */
async function change(client: Client, run_id: string) {
  const made = await given(
    client.POST("/api/v1/runs/{run_id}/interventions", {
      params: { path: { run_id } },
      body: { type: "set", layer: "conv1", index: [0, 0, 1, 1], value: 0.5 },
    }),
  );
  equal(made.run.interventions[0]?.id, made.id);
}

/** The id of the same run, taken in from its file. */
async function exportAndImport(client: Client, { save }: Task, run_id: string) {
  const params = { path: { run_id } };
  const file = await given(
    client.GET("/api/v1/runs/{run_id}/export", { params, parseAs: "arrayBuffer" }),
  );
  await save("run.convscope", file);
  const again = await given(
    client.POST("/api/v1/runs/import", {
      body: { file: asFile(new Blob([file])) },
      bodySerializer: form,
    }),
  );
  equal([again.imported_from?.run, again.step], [run_id, 3]);
  return again.id;
}

/** It is gone, and whoever asks is told so as a problem. */
async function remove(client: Client, run_id: string) {
  const params = { path: { run_id } };
  const { response } = await client.DELETE("/api/v1/runs/{run_id}", { params });
  equal(response.status, 204);
  const { error } = await client.GET("/api/v1/runs/{run_id}", { params });
  equal([error?.status, error?.code], [404, "not_found"]);
}

await live(async (task) => {
  const client = createClient<paths>({ baseUrl: task.address });
  const run = await createAndStep(client);
  await look(client, task, run);
  await upload(client, task, run);
  await change(client, run);
  const again = await exportAndImport(client, task, run);
  const usual = await given(client.POST("/api/v1/runs", {}));
  const params = { path: { run_id: usual.id } };
  equal((await given(client.POST("/api/v1/runs/{run_id}/step", { params }))).step, 1);
  for (const each of [run, again, usual.id]) await remove(client, each);
});
