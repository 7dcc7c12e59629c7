/** The camera as a way to another probe: each press takes a picture. */
import { frameOf } from "../../shared/camera.js";
import { html } from "../../shared/html.js";
import { LiveCamera } from "../../shared/live-camera.js";
import { upload } from "../intents.js";

/** @typedef {import("../../shared/live-camera.js").Video} Video */

/** @param {Video} video */
async function take({ current }) {
  const picture = current && (await frameOf(current));
  if (picture) upload(new File([picture], "camera.jpg", { type: picture.type }));
}

/** @param {Video} video @param {boolean} ready */
const press = (video, ready) =>
  html`<button type="button" class="primary" disabled=${!ready} onClick=${() => take(video)}>Take a picture</button>`;

/** @param {import("../../shared/types.js").Named[]} files */
const uploadOne = ([{ file }]) => upload(file);

export const ProbeCamera = () =>
  html`<${LiveCamera} multiple=${false} onFiles=${uploadOne}>${press}<//>`;
