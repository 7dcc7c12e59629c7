/** The camera at a class: while a button is held, its frames are taken; each burst goes into the class. */
import { useEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../shared/composing.js";
import { plural } from "../shared/format.js";
import { html } from "../shared/html.js";
import { burst, closeCamera, MOST_FRAMES, openCamera, whyNone, whyNot } from "./camera.js";
import { Choose } from "./fields.js";
import { bring } from "./intents.js";

const PRESSED_MS = 1000; // of a burst that a screen reader's press begins, which cannot hold

/** @param {{source: string, why: string}} props */
const OwnCamera = ({ source, why }) => html`<div class="class-tool no-camera">
    <p>${why}</p>
    <${Choose} primary says="Take a picture…" label="A picture from the camera" accept="image/*" capture="environment"
      onFiles=${(/** @type {any} */ files) => bring(files, source)} />
  </div>`;

/** @param {{source: string, name: string}} props */
export function CameraTool({ source, name }) {
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
  if (why) return html`<${OwnCamera} source=${source} why=${why} />`;
  return html`<div class="class-tool">
    <video class=${`camera-view ${facing}`} ref=${video} autoplay playsinline muted aria-label="What the camera sees" onPlaying=${() => setOpen(true)} />
    <div class="tool-side">
      <${Hold} source=${source} name=${name} video=${video} ready=${open} />
      <button type="button" onClick=${() => setFacing(facing === "user" ? "environment" : "user")}>Other camera</button>
    </div>
  </div>`;
}

/** @param {{source: string, name: string, video: {current: HTMLVideoElement | null}, ready: boolean}} props */
function Hold({ source, name, video, ready }) {
  const [frames, setFrames] = useState(0);
  const [bursts, setBursts] = useState(0);
  const end = useRef(/** @type {(() => Promise<Blob[]>) | null} */ (null));
  const byHand = useRef(false); // held by a pointer or a key: the press that follows is the same
  const stop = async () => {
    const finish = end.current;
    end.current = null;
    if (!finish) return;
    const taken = await finish();
    setFrames(0);
    if (!taken.length) return;
    setBursts((n) => n + 1);
    const files = taken.map((file, i) => ({ name: `frame ${i + 1}.jpg`, file }));
    bring(files, source, true);
  };
  const start = () => {
    if (end.current || !video.current) return;
    byHand.current = true;
    end.current = burst(video.current, setFrames, stop);
  };
  useEffect(() => () => void stop(), []);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (isComposing(event) || (event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    if (!event.repeat) start();
  };
  const press = () => {
    if (!byHand.current) {
      start();
      setTimeout(stop, PRESSED_MS);
    }
    byHand.current = false;
  };
  const onDown = (/** @type {any} */ event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start();
  };
  return html`<button type="button" class=${`primary hold ${frames ? "holding" : ""}`} disabled=${!ready}
      onPointerDown=${onDown} onPointerUp=${stop} onPointerCancel=${stop} onKeyDown=${onKey} onKeyUp=${stop} onBlur=${stop}
      onClick=${press} onContextMenu=${(/** @type {Event} */ e) => e.preventDefault()}>Hold to take pictures</button>
    <p class="muted hold-says">${holdSays(frames, bursts, name)}</p>`;
}

/** @param {number} frames @param {number} bursts @param {string} name */
function holdSays(frames, bursts, name) {
  if (frames === MOST_FRAMES) return `${plural(frames, "picture")}: enough for one burst.`;
  if (frames) return `${plural(frames, "picture")}…`;
  if (bursts) return `${plural(bursts, "burst")} taken of ${name}.`;
  return "Hold it at least twice, and move between: a burst as a whole is learned from, or held out.";
}
