/** A key that an input method takes for itself does nothing else in the page. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { isComposing } from "../../static/js/shared/composing.js";

const ROOT = new URL("../../static/js/", import.meta.url);
const ENDS =
  /event\.key\s*[!=]==\s*"(Enter|Escape)"|"(Enter|Escape)"[^\n]*\.includes\(event\.key\)/;

test("a key is the input method's while it composes, and in Safari once more", () => {
  const key = (/** @type {object} */ more) =>
    /** @type {KeyboardEvent} */ ({ isComposing: false, keyCode: 13, ...more });
  assert.equal(isComposing(key({})), false);
  assert.equal(isComposing(key({ isComposing: true })), true);
  assert.equal(isComposing(key({ keyCode: 229 })), true);
});

test("whoever hears Enter or Escape leaves those of an input method alone", () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  );
  const hearing = files.filter((file) => ENDS.test(readFileSync(new URL(file, ROOT), "utf8")));
  assert.ok(hearing.length >= 6, String(hearing));
  const deaf = hearing.filter(
    (file) => !readFileSync(new URL(file, ROOT), "utf8").includes("isComposing(event)"),
  );
  assert.deepEqual(deaf, []);
});
