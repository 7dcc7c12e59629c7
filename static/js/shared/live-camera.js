/** What the camera sees, beside what is done with it; where there is none, the device's own takes its place. */
import { useEffect, useRef, useState } from "preact/hooks";
import { closeCamera, openCamera, whyNone, whyNot } from "./camera.js";
import { Choose } from "./choose.js";
import { html } from "./html.js";

/** @typedef {{current: HTMLVideoElement | null}} Video */

/**
 * @param {{onFiles: (files: import("./types.js").Named[]) => void, multiple?: boolean,
 *   children: (video: Video, ready: boolean) => any}} props `onFiles`: of the device's own camera;
 *   `children`: what takes pictures of the video, once it is ready
 */
export function LiveCamera({ onFiles, multiple, children }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [why, setWhy] = useState(whyNone());
  const [open, setOpen] = useState(false);
  const [facing, setFacing] = useState(/** @type {"user" | "environment"} */ ("user"));
  useEffect(() => {
    if (why) return undefined;
    let left = false;
    /** @type {MediaStream | null} */
    let stream = null;
    openCamera(facing).then(
      (opened) => {
        if (left || !video.current) return closeCamera(opened);
        stream = opened;
        video.current.srcObject = opened;
        return undefined;
      },
      (error) => !left && setWhy(whyNot(error)),
    );
    return () => {
      left = true;
      setOpen(false);
      if (stream) closeCamera(stream);
    };
  }, [facing, why]);
  if (why) {
    return html`<div class="camera">
      <p>${why}</p>
      <${Choose} primary says="Take a picture…" label="A picture from the camera" accept="image/*" capture="environment"
        multiple=${multiple} onFiles=${onFiles} />
    </div>`;
  }
  return html`<div class="camera">
    <video class=${`camera-view ${facing}`} ref=${video} autoplay playsinline muted aria-label="What the camera sees" onPlaying=${() => setOpen(true)} />
    <div class="camera-side">
      ${children(video, open)}
      <button type="button" onClick=${() => setFacing(facing === "user" ? "environment" : "user")}>Other camera</button>
    </div>
  </div>`;
}
