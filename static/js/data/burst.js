/** The camera's frames, taken in bursts. */
import { frameOf } from "../shared/camera.js";

const FRAME_MS = 125; // between two frames of a burst
const SLACK_MS = 10; // that a frame may come early
export const MOST_FRAMES = 40; // of a burst

/** Whenever the camera gives a new frame; one that is the same as before is nothing new.
 * @param {HTMLVideoElement} video @param {(nowMs: number) => void} act @returns {() => void} ends it */
function eachFrame(video, act) {
  if (typeof video.requestVideoFrameCallback !== "function") {
    const timer = setInterval(() => act(performance.now()), FRAME_MS);
    return () => clearInterval(timer);
  }
  const next = (/** @type {number} */ nowMs) => {
    handle = video.requestVideoFrameCallback(next);
    act(nowMs);
  };
  let handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

/**
 * Frames until it is ended, or there are enough; at least one.
 * @param {HTMLVideoElement} video @param {(frames: number) => void} onFrame @param {() => void} onFull
 * @returns {() => Promise<Blob[]>} ends it
 */
export function burst(video, onFrame, onFull) {
  /** @type {Promise<Blob | null>[]} */
  const frames = [];
  let last = Number.NEGATIVE_INFINITY;
  const take = (/** @type {number} */ nowMs) => {
    if (frames.length >= MOST_FRAMES || nowMs - last < FRAME_MS - SLACK_MS) return;
    last = nowMs;
    frames.push(frameOf(video));
    onFrame(frames.length);
    if (frames.length === MOST_FRAMES) onFull();
  };
  const stop = eachFrame(video, take);
  return async () => {
    stop();
    if (!frames.length) frames.push(frameOf(video));
    return (await Promise.all(frames)).filter((frame) => frame !== null);
  };
}
