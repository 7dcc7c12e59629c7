/** The camera: opened, and what it sees taken as a picture. */

const SIDE = 256; // pixels of a picture's shorter side: what the server keeps of one
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
export function frameOf(video) {
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
