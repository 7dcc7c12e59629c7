import assert from "node:assert/strict";
import test from "node:test";
import { placeNextTo } from "../../static/js/shared/popover.js";

const window = { width: 1440, height: 900 };

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
