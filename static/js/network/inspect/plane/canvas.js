/**
 * The canvas of the plane: its state, and how it is drawn. Points go from where they are to where
 * the next step has them; near enough, they are their pictures.
 */
import { cssColour } from "../../../shared/heatmap/palette.js";
import { dark, reducedMotion } from "../../../shared/media-queries.js";
import { onScreen, scaleFor, WHOLE } from "./camera.js";
import { markOf } from "./marks.js";
import { heldTo } from "./procrustes.js";

/** @typedef {import("../../../shared/inspect-server.js").Embedding["images"]} Images */
/** @typedef {import("./camera.js").Camera} Camera @typedef {import("./camera.js").Point} Point */

const MOVES_MS = 600;
const MOST_PICTURES = 150; // in view, as pictures
const [DOT, FADED] = [0.2, 0.12]; // of a letter; opacity of classes that are not looked at
const [LEAST_SIDE, MOST_SIDE] = [22, 56]; // pixels of a picture

/**
 * @typedef {object} Drawn all that the canvas shows
 * @property {Images} images
 * @property {Point[]} from where they were, of unit size
 * @property {Point[]} to where they go
 * @property {{from: number, to: number}} scale pixels a unit
 * @property {number} startedMs when they set out
 * @property {Camera} camera
 * @property {import("./camera.js").Size} size
 * @property {number | null} at the one that is pointed at
 * @property {string | null} probe
 * @property {number | null} label the class that is looked at; null: all
 * @property {string[]} classes
 */

/** @returns {Drawn} */
const nothing = () => ({
  images: [],
  from: [],
  to: [],
  scale: { from: 1, to: 1 },
  startedMs: Number.NEGATIVE_INFINITY,
  camera: WHOLE,
  size: { width: 1, height: 1 },
  at: null,
  probe: null,
  label: null,
  classes: [],
});

/** @param {Images} one @param {Images} other */
const areSame = (one, other) =>
  one.length === other.length && one.every(({ image }, i) => image === other[i].image);

/** @param {Drawn} drawn @param {number} nowMs @returns {number} 0 … 1, slow at both ends */
function eased({ startedMs }, nowMs) {
  const t = Math.min(1, Math.max(0, (nowMs - startedMs) / MOVES_MS));
  return t * t * (3 - 2 * t);
}

/** Where the points are, pixels. @param {Drawn} drawn @param {number} nowMs @returns {Point[]} */
function pointsOf(drawn, nowMs) {
  const t = eased(drawn, nowMs);
  const scale = drawn.scale.from + t * (drawn.scale.to - drawn.scale.from);
  return drawn.to.map(([x, y], i) => {
    const [fx, fy] = drawn.from[i];
    return onScreen([fx + t * (x - fx), fy + t * (y - fy)], drawn.camera, scale, drawn.size);
  });
}

/** @param {Drawn} drawn @param {Point} point */
const isSeen = ({ size }, [x, y]) => x >= 0 && y >= 0 && x <= size.width && y <= size.height;

/** How large pictures are; 0: there are too many in view. @param {Drawn} drawn @param {Point[]} points */
function sideOf(drawn, points) {
  const seen = points.filter((point) => isSeen(drawn, point)).length;
  if (drawn.camera.zoom < 1.5 || seen > MOST_PICTURES) return 0;
  const room = Math.sqrt((drawn.size.width * drawn.size.height) / Math.max(1, seen));
  return Math.min(MOST_SIDE, Math.max(LEAST_SIDE, 0.5 * room));
}

/** @param {CanvasRenderingContext2D} on @param {Drawn} drawn @param {Point[]} points
 * @param {(image: string) => HTMLImageElement | null} pictureOf null: it is not there yet */
function paint(on, drawn, points, pictureOf) {
  const side = sideOf(drawn, points);
  const dot = DOT * letterPx();
  const marks = drawn.images.map(({ label }) => markOf(label, dark.peek()));
  const forms = new Map(marks.map(({ form }) => [form, new Path2D(form)]));
  const paintOne = (/** @type {number} */ i) => {
    const { image, label } = drawn.images[i];
    if (!isSeen(drawn, points[i])) return;
    on.globalAlpha = drawn.label === null || drawn.label === label ? 1 : FADED;
    const picture = side ? pictureOf(image) : null;
    if (picture) paintPicture(on, picture, points[i], side, marks[i].colour);
    else
      paintMark(
        on,
        /** @type {Path2D} */ (forms.get(marks[i].form)),
        points[i],
        dot,
        marks[i].colour,
      );
  };
  for (const i of points.keys()) if (i !== drawn.at) paintOne(i);
  if (drawn.at !== null && points[drawn.at]) paintOne(drawn.at);
  on.globalAlpha = 1;
  const probe = drawn.images.findIndex(({ image }) => image === drawn.probe);
  if (probe >= 0) ring(on, points[probe], side, 3);
  if (drawn.at !== null && points[drawn.at]) name(on, drawn, points[drawn.at], side);
}

/** @param {CanvasRenderingContext2D} on @param {Path2D} form @param {Point} point @param {number} dot pixels @param {string} colour */
function paintMark(on, form, [x, y], dot, colour) {
  on.save();
  on.translate(x, y);
  on.scale(dot, dot);
  on.fillStyle = colour;
  on.fill(form);
  on.restore();
}

/** @param {CanvasRenderingContext2D} on @param {HTMLImageElement} picture @param {Point} point @param {number} side @param {string} colour */
function paintPicture(on, picture, [x, y], side, colour) {
  on.imageSmoothingEnabled = picture.naturalWidth > side * devicePixelRatio;
  on.drawImage(picture, x - side / 2, y - side / 2, side, side);
  on.strokeStyle = colour;
  on.lineWidth = 3;
  on.strokeRect(x - side / 2, y - side / 2, side, side);
}

/** @param {CanvasRenderingContext2D} on @param {Point} point @param {number} side @param {number} width */
function ring(on, [x, y], side, width) {
  on.strokeStyle = cssColour("--ink");
  on.lineWidth = width;
  on.beginPath();
  on.arc(x, y, side ? side * 0.75 : 9, 0, 2 * Math.PI);
  on.stroke();
}

/** @param {CanvasRenderingContext2D} on @param {Drawn} drawn @param {Point} point @param {number} side */
function name(on, { images, at, classes, size }, [x, y], side) {
  const text = classes[images[at ?? 0].label] ?? "";
  ring(on, [x, y], side, 1.5);
  const [isRight, isTop] = [x > size.width * 0.7, y < 24];
  const away = (side ? side * 0.75 : 9) + 4;
  on.font = `600 ${0.8125 * letterPx()}px system-ui, sans-serif`;
  on.textAlign = isRight ? "right" : "left";
  on.textBaseline = isTop ? "top" : "middle";
  on.lineWidth = 4;
  on.lineJoin = "round";
  on.strokeStyle = cssColour("--panel");
  on.fillStyle = cssColour("--ink");
  const place = /** @type {const} */ ([x + (isRight ? -away : away), y]);
  on.strokeText(text, ...place);
  on.fillText(text, ...place);
}

/** The page's letters, which grow with the window. */
const letterPx = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(image: string) => string} addressOf a picture's address
 */
export function planeOn(canvas, addressOf) {
  const on = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const drawn = nothing();
  /** @type {Map<string, HTMLImageElement>} */
  const pictures = new Map();
  let frame = 0;

  const draw = () => {
    const nowMs = performance.now();
    frame = 0;
    on.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    on.clearRect(0, 0, drawn.size.width, drawn.size.height);
    if (drawn.images.length) paint(on, drawn, pointsOf(drawn, nowMs), pictureOf);
    if (nowMs - drawn.startedMs < MOVES_MS) redraw();
  };
  const redraw = () => {
    frame ||= requestAnimationFrame(draw);
  };
  const pictureOf = (/** @type {string} */ image) => {
    const known = pictures.get(image);
    if (known) return known.complete && known.naturalWidth > 0 ? known : null;
    const asked = new Image();
    asked.onload = redraw;
    asked.src = addressOf(image);
    pictures.set(image, asked);
    return null;
  };
  const fit = () => {
    const { to, size, scale } = drawn;
    if (to.length) scale.from = scale.to = scaleFor(to, size);
  };

  return {
    drawn,
    points: () => pointsOf(drawn, performance.now()),
    /** @param {Partial<Drawn>} news */
    set(news) {
      Object.assign(drawn, news);
      redraw();
    },
    /** Goes on from where the points are, if they are of the same images. @param {Images} images */
    show(images) {
      const places = images.map(({ x, y }) => /** @type {Point} */ ([x, y]));
      const isNext = areSame(images, drawn.images);
      const t = eased(drawn, performance.now());
      const here = drawn.to.map(([x, y], i) => {
        const [fx, fy] = drawn.from[i];
        return /** @type {Point} */ ([fx + t * (x - fx), fy + t * (y - fy)]);
      });
      const to = heldTo(places, isNext ? drawn.to : null);
      const scale = scaleFor(to, drawn.size);
      const before = drawn.scale.from + t * (drawn.scale.to - drawn.scale.from);
      const moves = isNext && !reducedMotion.peek();
      Object.assign(drawn, {
        images,
        to,
        from: moves ? here : to,
        scale: { from: moves ? before : scale, to: scale },
        startedMs: moves ? performance.now() : Number.NEGATIVE_INFINITY,
        at: isNext ? drawn.at : null,
      });
      redraw();
    },
    /** @param {import("./camera.js").Size} size */
    resize(size) {
      canvas.width = Math.round(size.width * devicePixelRatio);
      canvas.height = Math.round(size.height * devicePixelRatio);
      const { zoom, x, y } = drawn.camera;
      const by = { x: size.width / drawn.size.width, y: size.height / drawn.size.height };
      Object.assign(drawn, { size, camera: { zoom, x: x * by.x, y: y * by.y } });
      fit();
      draw();
    },
    redraw,
    /** Nothing is waited for any more. */
    leave() {
      cancelAnimationFrame(frame);
      for (const picture of pictures.values()) {
        picture.onload = null;
        if (!picture.complete) picture.src = "";
      }
    },
  };
}
