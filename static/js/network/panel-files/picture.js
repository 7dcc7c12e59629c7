/** A part of the page as a picture file: what is seen of it, twice as large, under a line that says what it is. */

const TWICE = 2;
const [MARGIN, LINE, FONT] = [12, 20, 13]; // CSS pixels
const MOST_PX = 16_000; // a side of a canvas
const XHTML = "http://www.w3.org/1999/xhtml";
const LEFT_OUT = "[data-not-in-picture]";
const MOVES = /^(animation|transition|-webkit-locale)/;
const LONE = /\p{Surrogate}/gu; // what no address takes

/** The properties of an element that neither its kind nor its parent gives it. */
class Styles {
  constructor() {
    this.host = document.createElement("div");
    this.host.style.all = "initial";
    this.host.style.display = "none";
    this.root = this.host.attachShadow({ mode: "open" }); // where no sheet of the page reaches
    document.body.append(this.host);
    /** @type {Map<string, CSSStyleDeclaration>} */
    this.plain = new Map();
  }

  /** @param {Element} element */
  plainOf({ namespaceURI, localName }) {
    const kind = `${namespaceURI} ${localName}`;
    const known = this.plain.get(kind);
    if (known) return known;
    const made = document.createElementNS(namespaceURI, localName);
    this.root.append(made);
    const style = getComputedStyle(made);
    this.plain.set(kind, style);
    return style;
  }

  /** @param {Element} element @param {ElementCSSInlineStyle} copy @param {boolean} isFirst its parent is not copied */
  give(element, copy, isFirst) {
    const own = getComputedStyle(element);
    const plain = this.plainOf(element);
    const above =
      isFirst || !element.parentElement ? null : getComputedStyle(element.parentElement);
    const isTable = /^table(?!-cell)/.test(own.display); // its height is with its caption, what is set without
    for (const name of own) {
      const value = own.getPropertyValue(name);
      const same = value === plain.getPropertyValue(name);
      if (isTable && /^(height|block-size)$/.test(name)) continue;
      if (MOVES.test(name) || (same && value === above?.getPropertyValue(name))) continue;
      copy.style.setProperty(name, value);
    }
  }
}

/** @param {HTMLCanvasElement | HTMLImageElement} element @returns {Promise<string>} its pixels as an address */
async function pixelsOf(element) {
  if (element instanceof HTMLCanvasElement) return element.toDataURL();
  element.loading = "eager";
  await element.decode().catch(() => {}); // a picture that is gone leaves its place empty
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [element.naturalWidth || 1, element.naturalHeight || 1];
  canvas.getContext("2d")?.drawImage(element, 0, 0);
  return canvas.toDataURL();
}

/** What a control was set to is no attribute of it. @param {Element} element @param {Element} copy */
function keepSetting(element, copy) {
  if (element instanceof HTMLInputElement) {
    copy.setAttribute("value", element.value);
    if (element.checked) copy.setAttribute("checked", "");
  }
  if (element instanceof HTMLOptionElement && element.selected) copy.setAttribute("selected", "");
}

/** @param {Element} element @param {Styles} styles @param {boolean} [isFirst] @returns {Promise<Element | null>} */
async function copied(element, styles, isFirst = false) {
  if (element.matches(LEFT_OUT)) return null;
  const isPixels = element instanceof HTMLCanvasElement || element instanceof HTMLImageElement;
  const copy = /** @type {HTMLElement} */ (
    document.createElementNS(element.namespaceURI, isPixels ? "img" : element.localName)
  );
  for (const { name, value } of element.attributes)
    if (!/^(style|src|srcset|href|on|class)/.test(name)) copy.setAttribute(name, value);
  styles.give(element, copy, isFirst);
  if (isPixels) copy.setAttribute("src", await pixelsOf(element));
  keepSetting(element, copy);
  for (const child of element.childNodes) {
    if (child instanceof Text) copy.append(child.data);
    const part = child instanceof Element && (await copied(child, styles));
    if (part) copy.append(part);
  }
  return copy;
}

/** As an image that is sharp at any size. @param {Element} element @param {{width: number, height: number}} size */
async function imageOf(element, { width, height }) {
  const styles = new Styles();
  try {
    const copy = /** @type {HTMLElement} */ (await copied(element, styles, true));
    Object.assign(copy.style, { margin: "0", position: "static", overflow: "visible" });
    const inner = new XMLSerializer().serializeToString(copy);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%"><div xmlns="${XHTML}">${inner}</div></foreignObject></svg>`;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.replace(LONE, "\ufffd"))}`;
    await image.decode();
    return image;
  } finally {
    styles.host.remove();
  }
}

/** Where it ends, without what is left out. @param {Element} element @returns {number} CSS pixels below its top */
function endOf(element) {
  const out = element.querySelector(LEFT_OUT);
  const { top } = element.getBoundingClientRect();
  const parts = [...element.querySelectorAll("*")].filter(
    (part) =>
      !(out && (part.contains(out) || out.contains(part))) &&
      getComputedStyle(part).position !== "absolute", // its place is another's
  );
  return Math.max(0, ...parts.map((part) => part.getBoundingClientRect().bottom - top));
}

/**
 * @param {Element} element @param {string} says what it is, of which run and step
 * @returns {Promise<Blob>} a PNG
 */
export async function pictureOf(element, says) {
  const [width, height] = [element.scrollWidth, Math.ceil(endOf(element))];
  const image = await imageOf(element, { width, height });
  const canvas = document.createElement("canvas");
  const on = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(document.documentElement);
  const font = `600 ${FONT}px ${style.getPropertyValue("--font")}`;
  on.font = font;
  const wide = Math.max(width, on.measureText(says).width) + 2 * MARGIN;
  const high = height + LINE + 3 * MARGIN;
  const times = Math.min(TWICE, MOST_PX / Math.max(wide, high));
  [canvas.width, canvas.height] = [Math.round(times * wide), Math.round(times * high)]; // clears its settings
  on.scale(times, times);
  on.fillStyle = style.getPropertyValue("--panel");
  on.fillRect(0, 0, wide, high);
  on.fillStyle = style.getPropertyValue("--ink");
  on.font = font;
  on.textBaseline = "middle";
  on.fillText(says, MARGIN, MARGIN + LINE / 2);
  on.drawImage(image, MARGIN, LINE + 2 * MARGIN, width, height);
  return new Promise((done, refuse) => {
    canvas.toBlob((blob) => (blob ? done(blob) : refuse(new Error("The picture is too large."))));
  });
}
