/** Every class of a style sheet is its own: a sheet that comes later restyles nothing of another. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const CSS = new URL("../../static/css/", import.meta.url).pathname;
/** @param {string} text of a style sheet @returns {string[]} each alone */
function selectorsOf(text) {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/@keyframes[\s\S]*?\}\s*\}/g, "");
  const lists = [...plain.matchAll(/([^{};]+)\{/g)].map(([, list]) => list.trim());
  return lists.filter((list) => !list.startsWith("@")).flatMap((list) => splitAtCommas(list));
}

/** @param {string} list a comma within brackets stays @returns {string[]} */
const splitAtCommas = (list) => list.split(/,(?![^(]*\))/).map((one) => one.trim());

/** @param {string} selector @returns {string[]} */
const classesOf = (selector) =>
  [...selector.matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name]) => name);

/** The classes that selectors begin with. @param {string[]} selectors */
const heads = (selectors) => new Set(selectors.flatMap((one) => classesOf(one).slice(0, 1)));

const sheets = readdirSync(CSS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".css"))
  .map((name) => ({ name, selectors: selectorsOf(readFileSync(join(CSS, name), "utf8")) }));
const shared = sheets.filter(({ name }) => name.startsWith("shared/"));
const others = sheets.filter(({ name }) => !name.startsWith("shared/"));

test("outside shared/ every selector begins with a class, so that a sheet has its own part of the page", () => {
  for (const { name, selectors } of others) {
    const bare = selectors.filter((one) => !classesOf(one).length && one !== ":root");
    assert.deepEqual(bare, [], `${name} styles elements of the whole page`);
  }
});

test("no two sheets outside shared/ style the same class, neither alone nor within a part of their own", () => {
  for (const { name, selectors } of others) {
    const used = new Set(selectors.flatMap(classesOf));
    for (const other of others) {
      if (other.name === name) continue;
      const both = [...heads(other.selectors)].filter((one) => used.has(one));
      assert.deepEqual(both, [], `${name} styles what is ${other.name}'s`);
    }
  }
});

test("a class of a shared sheet is restyled only within a part of a sheet's own", () => {
  const common = heads(shared.flatMap(({ selectors }) => selectors));
  for (const { name, selectors } of others) {
    const taken = [...heads(selectors)].filter((one) => common.has(one));
    assert.deepEqual(taken, [], `${name} restyles shared classes everywhere`);
  }
});

test("every sheet is loaded by a template or, later, by a part of the main page", () => {
  const folder = new URL("../../templates/", import.meta.url).pathname;
  const templates = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const eager = [...templates.join().matchAll(/\/css\/([\w/-]+\.css)/g)].map(([, name]) => name);
  const lazyFiles = [
    "lazy.js",
    "filter/learned/tabs.js",
    "inspect/panel.js",
    "panel-files/panel-files.js",
  ];
  const texts = lazyFiles.map((file) =>
    readFileSync(new URL(`../../static/js/network/${file}`, import.meta.url), "utf8"),
  );
  const calls = texts.join().matchAll(/(?:styled|loadStyle)\(([\s\S]*?)\)\.?(?:then|;)/g);
  const names = [...calls].flatMap(([, call]) => [...call.matchAll(/"([\w-]+)"/g)]);
  const lazy = names.map(([, name]) => `network/${name}.css`);
  assert.deepEqual([...new Set([...eager, ...lazy])].sort(), sheets.map(({ name }) => name).sort());
});
