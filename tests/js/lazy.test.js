/** What is loaded later is named by text alone, which no type checker follows. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const FOLDER = new URL("../../static/js/network/", import.meta.url);
const text = readFileSync(new URL("lazy.js", FOLDER), "utf8");
/** @type {Record<string, string>} parts whose module is imported by a helper */
const BY_HELPER = { RunTitle: "./page/run-title.js", RunMenu: "./page/run-title.js" };

test("every lazy part is exported by the module that it is loaded from", () => {
  const parts = [...text.matchAll(/export const (\w+) = lazy\(([\s\S]*?)\n\);/g)];
  assert.ok(parts.length > 10);
  for (const [, name, body] of parts) {
    const path = /import\(`(\.[^$`]+)/.exec(body)?.[1] ?? BY_HELPER[name];
    const view = /module\.(\w+)/.exec(body)?.[1];
    const code = readFileSync(new URL(path, FOLDER), "utf8");
    assert.match(code, new RegExp(`export (function|const) ${view}\\b`), `${path} has no ${view}`);
  }
});
