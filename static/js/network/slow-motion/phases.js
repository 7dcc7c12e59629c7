/**
 * One training step in slow motion: a frame of the whole step, shown phase by phase.
 *
 * @typedef {import("../../shared/frame.js").Frame} Frame
 * @typedef {{phase: "batch" | "forward" | "loss" | "backward" | "update", layer: string | null,
 *   says: string, numbers: Record<string, number | null>}} Phase
 * @typedef {{index: number, id: number, label: number, class: string | null, probabilities: (number | null)[]}}
 *   BatchImage one of the batch; `id`: its number in the training half
 * @typedef {{frame: Frame, phases: Phase[], example: BatchImage, step: number, loss: number,
 *   batchSize: number, at: number, past: number | null}} Replay `at`: the phase on screen; `past`: the step of
 *   the past that it was asked for, null: it was taken for it
 */
import { keyOf } from "../../shared/frame.js";

/** @param {Frame} frame of `trace-step` or `trace` @param {number | null} [past] @returns {Replay} */
export function replayOf(frame, past = null) {
  const { phases, example, step, loss, batch_size } = /** @type {any} */ (frame.header);
  return { frame, phases, example, step, loss, batchSize: batch_size, at: 0, past };
}

/** The same at another phase, kept inside. @param {Replay} replay @param {number} at @returns {Replay} */
export const atPhase = (replay, at) => ({
  ...replay,
  at: Math.max(0, Math.min(replay.phases.length - 1, at)),
});

/** The layers whose phase of a kind has come. @param {Replay} replay @param {string} kind */
export function layersReached({ phases, at }, kind) {
  const names = phases.slice(0, at + 1).filter((one) => one.phase === kind);
  return new Set(names.map((one) => one.layer));
}

/** Whether a phase of a kind has come. @param {Replay} replay @param {Phase["phase"]} kind */
export const hasCome = ({ phases, at }, kind) =>
  phases.slice(0, at + 1).some((one) => one.phase === kind);

/** What the kernels show at a phase. @param {Replay} replay @returns {"weight" | "gradient" | "update"} */
export function kindAt({ phases, at }) {
  const { phase } = phases[at];
  return phase === "update" ? "update" : phase === "backward" ? "gradient" : "weight";
}

/** Whether a section's phase has come, and is not over.
 * @param {Replay} replay @param {import("../../shared/frame.js").Section} section */
function isShown(replay, { layer, tensor, of }) {
  const back = layersReached(replay, "backward").has(layer);
  const last = replay.phases[replay.at].phase === "update";
  if (tensor === "output" && of === "gradient") return back;
  if (tensor === "output") return layersReached(replay, "forward").has(layer) && !back;
  if (of === "gradient") return last || back;
  return of !== "update" || last;
}

/** What has been computed up to the phase on screen, as a frame to paint; a map whose gradient is
 * known shows that. @param {Replay} replay @returns {Frame} */
export function shownFrame(replay) {
  const sections = new Map();
  for (const section of replay.frame.sections.values()) {
    if (!isShown(replay, section)) continue;
    const of = section.tensor === "output" ? "value" : section.of; // in the place of the map
    const shows = section.of;
    sections.set(keyOf(section.layer, section.tensor, of), { ...section, of, shows });
  }
  return { header: replay.frame.header, sections };
}

/** The probabilities of the pictured one, once the last layer has answered.
 * @param {Replay} replay @param {string} layer the last one @returns {(number | null)[] | null} */
export const probabilitiesOf = (replay, layer) =>
  layersReached(replay, "forward").has(layer) ? replay.example.probabilities : null;
