/** The frames of a film, one painted after another, with play, pause and a scrubber. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { CellCanvas } from "../../../shared/heatmap/cell-canvas.js";
import { pack } from "../../../shared/heatmap/colour.js";
import { html } from "../../../shared/html.js";
import { reducedMotion } from "../../../shared/media-queries.js";

const FRAME_MS = 50;

/** @param {number[][][]} picture (channels, rows, columns), 0 … 255: three are a colour, else the first is a grey */
export function pictureCells(picture) {
  const [red, green, blue] = picture.length === 3 ? picture : [picture[0], picture[0], picture[0]];
  return Uint32Array.from(
    red.flatMap((row, y) => row.map((level, x) => pack(level, green[y][x], blue[y][x]))),
  );
}

/** @param {{picture: number[][][], width: number, label: string, stamp: number}} props `width` in CSS pixels */
export function Picture({ picture, width, label, stamp }) {
  const cells = useMemo(() => {
    const made = pictureCells(picture);
    return () => made;
  }, [picture]);
  return html`<${CellCanvas} cells=${cells} rows=${picture[0].length} cols=${picture[0][0].length} width=${width} label=${label} stamp=${stamp} />`;
}

/**
 * Which frame is shown: it begins at the first and plays to the last, once for each film that is `about` something else.
 * @param {string} about @param {number} length
 */
export function useFilm(about, length) {
  const last = length - 1;
  const still = reducedMotion.value;
  const [at, setAt] = useState(still ? last : 0);
  const [isPlaying, setPlaying] = useState(!still);
  useEffect(() => {
    setAt(still ? last : 0);
    setPlaying(!still);
  }, [about]);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setAt((now) => Math.min(last, now + 1)), FRAME_MS);
    return () => clearInterval(timer);
  }, [isPlaying, last]);
  const shown = Math.min(at, last);
  useEffect(() => {
    if (shown === last) setPlaying(false);
  }, [shown, last]);
  return {
    at: shown,
    isPlaying,
    turn: () => {
      if (!isPlaying && shown === last) setAt(0);
      setPlaying(!isPlaying);
    },
    scrub: (/** @type {number} */ to) => {
      setPlaying(false);
      setAt(to);
    },
  };
}

/** @param {{film: ReturnType<typeof useFilm>, length: number}} props */
export const FilmControls = ({ film, length }) =>
  html`<div class="film-controls group"><button type="button" onClick=${film.turn}>${film.isPlaying ? "Pause the film" : "Play the film"}</button>
    <input type="range" min="0" max=${length - 1} value=${film.at} aria-label="Step of the film" aria-valuetext=${`${film.at} of ${length - 1}`}
      onInput=${(/** @type {any} */ e) => film.scrub(Number(e.currentTarget.value))} />
    <span class="learned-number">${film.at} of ${length - 1}</span></div>`;
