/**
 * What the server takes and answers, by its OpenAPI document: `npm run generate` writes `api.d.ts`
 * from it. Types that the document has not are written out here.
 *
 * @typedef {import("./api.d.ts").paths} Paths
 * @typedef {"get" | "post" | "put" | "patch" | "delete"} Method
 * @typedef {WithoutBase<keyof Paths>} Path below /api/v1
 */

/** @template T @typedef {T extends `/api/v1${infer Rest}` ? Rest : never} WithoutBase */

/** @template {Method} M @template {Path} P @typedef {Paths[`/api/v1${P}`][M]} Operation */

/**
 * The JSON that an operation answers; null: it answers none.
 * @template {Method} M @template {Path} P
 * @typedef {Operation<M, P> extends {responses: infer R}
 *   ? R extends {200: {content: {"application/json": infer A}}} ? A
 *   : R extends {201: {content: {"application/json": infer A}}} ? A : null
 *   : never} Answer
 */

/** @template {Method} M @template {Path} P @typedef {Operation<M, P> extends {parameters: {path: infer T}} ? T : {}} PathParameters */

/** @template {Method} M @template {Path} P @typedef {Operation<M, P> extends {parameters: {query?: infer Q}} ? {[K in keyof Q]: Q[K] | null} : never} Query null: left out */

/** @template {Method} M @template {Path} P @typedef {Operation<M, P> extends {requestBody?: {content: {"application/json": infer B}}} ? B : never} Body */

/** @template T, Part @typedef {Omit<T, keyof Part> & Part} Overridden */

/**
 * A run's recipe is any object to the document: its parts differ by type.
 * @typedef {Overridden<Answer<"get", "/runs/{run_id}">, {recipe: any}>} Run
 * @typedef {Run["state"]} RunState
 * @typedef {NonNullable<Run["latest_finding"]>} Finding
 * @typedef {Run["interventions"][number]} Change one intervention, as a run lists it
 * @typedef {Overridden<Answer<"post", "/runs/{run_id}/interventions">, {run: Run}>} Intervention
 * @typedef {Answer<"get", "/runs/{run_id}/findings">} FindingPage
 * @typedef {Overridden<Answer<"get", "/runs">, {runs: Run[]}>} RunPage
 * @typedef {RunPage["unreadable"][number]} Unreadable
 * @typedef {Answer<"get", "/runs/deleted">} DeletedPage
 * @typedef {DeletedPage["runs"][number]} Deleted
 * @typedef {Answer<"get", "/runs/{run_id}/predictions">} Guess
 * @typedef {Answer<"post", "/runs/{run_id}/evaluate">} Evaluation
 * @typedef {Answer<"get", "/runs/{run_id}/images/{image}">} Image
 * @typedef {Answer<"get", "/datasets">["datasets"][number]} Dataset
 * @typedef {Answer<"get", "/datasets/preview/{preview_id}">} Preview a data set that is not kept yet
 * @typedef {NonNullable<Preview["arranged"]>} Arranged
 * @typedef {Body<"patch", "/datasets/preview/{preview_id}">} Options
 * @typedef {{name: string, file: Blob}} Named a file, by the path that it was found at
 * @typedef {Answer<"get", "/datasets/{dataset_id}/images">["images"][number]} HeldOutImage
 * @typedef {Answer<"post", "/convolve">} Convolved
 */

/** @typedef {Overridden<Answer<"get", "/models">["models"][number], {recipe: any}>} Model */

/** Arguments are torch's own, by their names.
 * @typedef {Overridden<Answer<"get", "/runs/{run_id}/layers">["layers"][number], {arguments: Record<string, any>}> & {window?: {first: number, of: number, channels: number, read: number}}} Layer
 *   `window`: what of a large layer is in view, and of how much; absent: all */

/** Values are nested as deep as the shape is long.
 * @typedef {Overridden<Answer<"get", "/runs/{run_id}/layers/{layer}/tensors/{tensor}">, {values: any}>} Tensor */

/**
 * Of a frame, for its probe.
 * @typedef {object} Predictions
 * @property {string} probe
 * @property {(number | null)[]} logits
 * @property {(number | null)[]} probabilities
 */

export {};
