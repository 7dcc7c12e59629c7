/**
 * Room for a filter that unfolds where it is drawn: the columns before it close up at its left, those after
 * it at its right, and those for which there is no room wait outside.
 *
 * @typedef {import("./columns.js").Column} Column
 * @typedef {import("./layout.js").Plan} Plan
 */
import { placeBars } from "./layout.js";

const LEAST = 540; // of the unfolded filter; in less it takes the whole pane
const WANTED = { one: 662, many: 766 }; // with one kernel, and with many
const MOST = 1.5; // times what is wanted
const HEIGHT = 450; // of a drawing in which the chain has its usual size; in a higher one it is larger
const LARGEST = 1.5;
const LARGER = 1.15; // less is not worth the columns beside it
const NAME = 42; // of a layer, over its maps
const CAPTION_GAP = 6; // between two captions
const GAP = { least: 8, usual: 30 }; // between columns; beside the filter, too

/** The nearest columns first, from both sides in turn. @param {Column[]} columns @param {number} at */
function byNearness(columns, at) {
  const far = (/** @type {Column} */ column) => {
    const by = columns.indexOf(column) - at;
    return 2 * Math.abs(by) - (by > 0 ? 0 : 1); // what feeds it comes before what it feeds
  };
  return columns.filter((_, i) => i !== at).sort((a, b) => far(a) - far(b));
}

/** Which columns still fit beside the filter: on each side all up to the first that does not.
 * @param {Column[]} columns @param {number} at @param {number} room @param {number} gap */
function fitting(columns, at, room, gap) {
  const kept = new Set();
  const full = { before: false, after: false };
  let used = 0;
  for (const column of byNearness(columns, at)) {
    const side = columns.indexOf(column) < at ? "before" : "after";
    if (full[side] || used + column.width + gap > room) {
      full[side] = true;
      continue;
    }
    kept.add(column);
    used += column.width + gap;
  }
  return { kept, used };
}

/**
 * Moves a plan's columns apart, or back to where they are at rest.
 * @param {Plan} plan its columns are moved @param {string | null} layer whose filter is open; null: none is
 * @param {number} width of the room, CSS pixels @param {number} [type] size of the letters
 * @returns {Plan} `view`: where the filter unfolds; null: nowhere, or there is too little room for it
 */
export function unfoldAt(plan, layer, width, type = 1) {
  for (const column of plan.columns)
    Object.assign(column, { x: column.home, away: false, span: column.homeSpan });
  const beside = plan.columns.filter((column) => !column.above);
  const at = beside.findIndex((column) => column.name === layer);
  const bar = plan.answers?.width ?? 0;
  const inner = width - (bar ? bar + GAP.least : 0);
  const high = Math.min(LARGEST, plan.height / type / HEIGHT);
  const stretch = high < LARGER ? 1 : high;
  const place = at > 0 ? makeRoom(beside, at, inner, type, stretch) : null;
  const asWanted = place ? place.width / wantedBy(beside[at], type) : 1;
  const view = place && { ...place, stretch: Math.max(1, Math.min(stretch, asWanted)) };
  for (const column of plan.columns)
    if (column.above) Object.assign(column, { x: column.above.x, away: column.above.away });
  const x = view ? width - bar : (plan.answers?.x ?? 0);
  if (bar) placeBars(plan.columns, x, bar);
  if (!view) return { ...plan, view: null };
  return { ...plan, view, width, scrolls: false, answers: bar ? { x, width: bar } : null };
}

/** Width of a chain at its usual size. @param {Column} column @param {number} type */
const wantedBy = ({ kernels }, type) => (kernels > 1 ? WANTED.many : WANTED.one) * type;

/** Of a filter's column what stands beside the filter: the maps of all its filters, in one line.
 * @param {Column} column @param {number} type @returns {{from: number, width: number} | null} `from` the column's left edge */
function mapsOf({ role, cells, width }, type) {
  const from = cells[0]?.map.x ?? 0;
  const inLine = role === "conv" && cells.every(({ map }) => map.x === from);
  return inLine ? { from, width: Math.max(width - from, NAME * type) } : null;
}

/** @param {Column[]} beside @param {number} at @param {number} inner width without the answers @param {number} type
 * @param {number} stretch of the chain */
function makeRoom(beside, at, inner, type, stretch) {
  const wanted = wantedBy(beside[at], type) * stretch;
  const least = LEAST * type;
  const tight = GAP.least * type;
  const nearest = beside[at - 1].width + (beside[at + 1]?.width ?? 0) + 2 * tight;
  const most = Math.min(wanted, inner - nearest);
  if (most < least) return null;
  const maps = mapsOf(beside[at], type);
  const needed = beside[at].kernels > 1 ? most : least; // one kernel alone gives them room
  const others = maps && maps.width + tight <= inner - needed - nearest ? maps : null;
  const own = others ? others.width + tight : 0;
  const width = Math.min(most, inner - nearest - own);
  const { kept, used } = fitting(beside, at, inner - width - own, tight);
  const free = inner - width - own - used;
  const grown = Math.min(wanted * MOST, width + free);
  const gaps = kept.size + (others ? 1 : 0);
  const gap = Math.min(GAP.usual * type, tight + (inner - grown - own - used) / Math.max(1, gaps));
  return placeAround(beside, at, kept, { width: Math.round(grown), gap, inner, others });
}

/**
 * @param {Column[]} beside @param {number} at @param {Set<Column>} kept
 * @param {{width: number, gap: number, inner: number, others: {from: number, width: number} | null}} room `others`:
 *   what of the filter's own column stands at its right
 */
function placeAround(beside, at, kept, { width, gap, inner, others }) {
  const own = others ? others.width + gap : 0;
  const sum = [...kept].reduce((all, column) => all + column.width + gap, width + own);
  let x = Math.max(0, (inner - sum) / 2);
  let view = { x: 0, width };
  for (const [i, column] of beside.entries()) {
    if (i === at) {
      view = { x: Math.round(x), width };
      column.x = others ? Math.round(x + width + gap - others.from) : view.x;
      x += width + gap + own;
    } else if (kept.has(column)) {
      column.x = Math.round(x);
      column.span = column.width + gap - CAPTION_GAP;
      x += column.width + gap;
    } else {
      column.away = true;
      column.x = i < at ? -column.width : inner; // goes out at its own side
    }
  }
  return view;
}
