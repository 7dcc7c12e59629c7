import assert from "node:assert/strict";
import test from "node:test";
import { placeBeside, placeNextTo } from "../../static/js/shared/popover.js";

const window = { width: 1440, height: 900 };

test("a card stands beside what it explains, and never on it", () => {
  const card = { width: 400, height: 300 };
  const near = { left: 300, top: 400, bottom: 440 };
  const clear = { left: 100, right: 400, top: 100, bottom: 800 };
  assert.deepEqual(placeBeside(clear, near, card, window), {
    left: 412,
    top: 270,
    width: 400,
    sheet: false,
  });
  const late = { ...clear, left: 900, right: 1400 };
  assert.equal(placeBeside(late, near, card, window).left, 900 - 12 - 400);
  const phone = placeBeside({ ...clear, left: 0 }, near, card, { width: 390, height: 844 });
  assert.ok(phone.sheet && phone.top >= near.bottom && phone.width === 374);
  const low = placeBeside({ ...clear, left: 0 }, { ...near, top: 600, bottom: 640 }, card, {
    width: 390,
    height: 844,
  });
  assert.ok(low.top + card.height <= 600);
});

test("a card stands below its control, above where there is no room, and inside the window", () => {
  const card = { width: 300, height: 100 };
  const button = { left: 600, right: 680, top: 400, bottom: 428 };
  assert.deepEqual(placeNextTo(button, card, window), { left: 600, top: 436 });
  const low = { ...button, top: 840, bottom: 868 };
  assert.deepEqual(placeNextTo(low, card, window), { left: 600, top: 732 });
  const right = { ...button, left: 1400, right: 1440 };
  assert.equal(placeNextTo(right, card, window).left, 1440 - 300 - 8);
  const whole = { left: 0, right: 1440, top: 0, bottom: 900 };
  assert.deepEqual(placeNextTo(whole, card, window), { left: 8, top: 792 });
});

test("a tooltip stands above its word and centred, below where there is no room", () => {
  const how = { gap: 6, above: true, centred: true };
  const card = { width: 260, height: 60 };
  const word = { left: 600, right: 640, top: 400, bottom: 420 };
  assert.deepEqual(placeNextTo(word, card, window, how), { left: 490, top: 334 });
  const high = { ...word, top: 20, bottom: 40 };
  assert.equal(placeNextTo(high, card, window, how).top, 46);
});
