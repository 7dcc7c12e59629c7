/** What the camera sees, beside what is done with it; where there is none, the device's own takes its place. */
import { useEffect, useRef, useState } from "preact/hooks";
import { closeCamera, openCamera, whyNone, whyNot } from "./camera.js";
import { Choose } from "./choose.js";
import { html } from "./html.js";

/** @typedef {{current: HTMLVideoElement | null}} Video */

/** @typedef {"user" | "environment"} Facing to whom a camera looks */

let chosen = /** @type {Facing | null} */ (null); // by hand, for the next that is opened

/** One that does not say is a computer's, which looks at who sits there. @param {MediaStream} stream @returns {Facing} */
const facingOf = (stream) =>
  stream.getVideoTracks()[0]?.getSettings().facingMode === "environment" ? "environment" : "user";

/**
 * @param {{onFiles: (files: import("./types.js").Named[]) => void, multiple?: boolean, first?: Facing,
 *   children: (video: Video, ready: boolean) => any}} props `onFiles`: of the device's own camera; `first`: the one that
 *   is opened until another is chosen; `children`: what takes pictures of the video, once it is ready
 */
export function LiveCamera({ onFiles, multiple, first = "user", children }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [why, setWhy] = useState(whyNone());
  const [open, setOpen] = useState(false);
  const [facing, setFacing] = useState(/** @type {Facing} */ (chosen ?? first));
  const [seen, setSeen] = useState(/** @type {Facing} */ (facing));
  const other = () => {
    chosen = facing === "user" ? "environment" : "user";
    setFacing(chosen);
  };
  useEffect(() => {
    if (why) return undefined;
    let left = false;
    /** @type {MediaStream | null} */
    let stream = null;
    openCamera(facing).then(
      (opened) => {
        if (left || !video.current) return closeCamera(opened);
        stream = opened;
        setSeen(facingOf(opened));
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
    <video class=${`camera-view ${seen}`} ref=${video} autoplay playsinline muted aria-label="What the camera sees" onPlaying=${() => setOpen(true)} />
    <div class="camera-side">
      ${children(video, open)}
      <button type="button" onClick=${other}>Other camera</button>
    </div>
  </div>`;
}
