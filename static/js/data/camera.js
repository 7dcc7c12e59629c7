/** The camera: opened, looked at, and its frames taken in bursts. */

export const FRAME_MS = 125; // between two frames of a burst
const SLACK_MS = 10; // that a frame may come early
export const MOST_FRAMES = 40; // of a burst
const SIDE = 256; // pixels of a frame's shorter side: what the server keeps of a picture
const QUALITY = 0.92; // of a JPEG

/** Why there is no live camera here; null: there may be one. */
export function whyNone() {
  if (!isSecureContext)
    return "Browsers show a page the live camera only over https, or on the computer that Convscope runs on. Your device’s own camera takes its place here.";
  if (!navigator.mediaDevices?.getUserMedia) return "This browser has no live camera for a page.";
  return null;
}

/** @param {unknown} error what opening it threw */
export function whyNot(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The camera was not allowed: the browser’s settings of this page can allow it again.";
  if (name === "NotFoundError") return "There is no camera here.";
  if (name === "NotReadableError") return "The camera is used by another program.";
  return "The camera could not be opened.";
}

/** @param {"user" | "environment"} facing */
export const openCamera = (facing) =>
  navigator.mediaDevices.getUserMedia({ video: { facingMode: facing, width: { ideal: 640 } } });

/** @param {MediaStream} stream */
export function closeCamera(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** @param {HTMLVideoElement} video @returns {Promise<Blob | null>} JPEG; null before there is a picture */
function frameOf(video) {
  const { videoWidth: wide, videoHeight: high } = video;
  if (!wide) return Promise.resolve(null);
  const scale = Math.min(1, SIDE / Math.min(wide, high));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(wide * scale),
    height: Math.round(high * scale),
  });
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

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
