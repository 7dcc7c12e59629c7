/** The camera at a class: while a button is held, its frames are taken; each burst goes into the class. */
import { useEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../shared/composing.js";
import { plural } from "../shared/format.js";
import { html } from "../shared/html.js";
import { LiveCamera } from "../shared/live-camera.js";
import { burst, MOST_FRAMES } from "./burst.js";
import { bring } from "./intents.js";

/** @typedef {import("../shared/live-camera.js").Video} Video */

const PRESSED_MS = 1000; // of a burst that a screen reader's press begins, which cannot hold

/** @param {{source: string, name: string}} props */
export function CameraTool({ source, name }) {
  const onFiles = (/** @type {import("../shared/types.js").Named[]} */ files) =>
    bring(files, source);
  const hold = (/** @type {Video} */ video, /** @type {boolean} */ ready) =>
    html`<${Hold} source=${source} name=${name} video=${video} ready=${ready} />`;
  return html`<${LiveCamera} first="environment" onFiles=${onFiles}>${hold}<//>`;
}

/** @param {{source: string, name: string, video: Video, ready: boolean}} props */
function Hold({ source, name, video, ready }) {
  const [frames, setFrames] = useState(0);
  const [bursts, setBursts] = useState(0);
  const end = useRef(/** @type {(() => Promise<Blob[]>) | null} */ (null));
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
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
  useEffect(() => {
    if (ready) button.current?.scrollIntoView({ block: "nearest" }); // it is below the view on a phone
  }, [ready]);
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
  return html`<button type="button" ref=${button} class=${`primary hold ${frames ? "holding" : ""}`} disabled=${!ready}
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
