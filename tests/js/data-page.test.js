/** Which files go together, and how classes are renamed, merged and left out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  merged,
  nextName,
  renamed,
  withClass,
  without,
  withoutEmpty,
} from "../../static/js/data/classes.js";
import {
  areLoose,
  batches,
  classLevel,
  MOST_BYTES,
  MOST_FILES,
  spread,
  titleOf,
} from "../../static/js/data/files.js";

/** @param {string} name @param {number} [size] @returns {any} */
const named = (name, size = 1) => ({ name, file: { size, type: "" } });

/** @param {string} folder @param {number} many */
const folder = (folder, many) =>
  Array.from({ length: many }, (_, i) => named(`${folder}/${i}.jpg`));

test("no request has too many files or bytes, and none is lost", () => {
  const many = [...folder("a", 350), ...folder("b", 60)];
  const made = batches(many);
  assert.deepEqual(
    made.map((some) => some.length),
    [MOST_FILES, MOST_FILES, 10],
  );
  assert.deepEqual(new Set(made.flat()), new Set(many));
  const large = [1, 2, 3].map((i) => named(`${i}.png`, MOST_BYTES * 0.6));
  assert.equal(batches(large).length, 3);
});

test("each request has its share of every folder, so that all show which folders are classes", () => {
  for (const some of batches([...folder("set/a/x", 500), ...folder("set/b", 100)])) {
    assert.ok(some.some(({ name }) => name.startsWith("set/a/")));
    assert.ok(some.some(({ name }) => name.startsWith("set/b/")));
  }
  assert.equal(spread(folder("a", 3))[0].name, "a/0.jpg");
});

test("what is no picture goes together and first, since pairs belong together", () => {
  const pair = [
    named("train-images-idx3-ubyte", MOST_BYTES),
    named("train-labels-idx1-ubyte", MOST_BYTES),
  ];
  const made = batches([named("x/1.png"), ...pair]);
  assert.deepEqual(made, [pair, [named("x/1.png")]]);
});

test("pictures without a folder are loose; a zip, or one in a folder, is not", () => {
  assert.ok(areLoose([named("1.jpg"), named("2.PNG")]));
  assert.ok(!areLoose([named("1.jpg"), named("maple/2.jpg")]));
  assert.ok(!areLoose([named("leaves.zip")]));
  assert.ok(!areLoose([]));
});

test("a set is called as its zip or its folder", () => {
  assert.equal(titleOf([named("Leaves.zip")]), "Leaves");
  assert.equal(titleOf([named("leaves/oak/1.jpg"), named("leaves/elm/1.jpg")]), "leaves");
  assert.equal(titleOf([named("train-images"), named("train-labels")]), null);
});

const two = [
  { name: "maple", sources: ["maple"] },
  { name: "oak", sources: ["oak"] },
];

test("a class that gets another's name is one with it", () => {
  assert.deepEqual(renamed(two, 0, "Acer"), [{ name: "Acer", sources: ["maple"] }, two[1]]);
  const one = [{ name: "oak", sources: ["oak", "maple"] }];
  assert.deepEqual(renamed(two, 0, "oak"), one);
  assert.deepEqual(merged(two, 0, 1), one);
});

test("what is left out comes back under its own name, or into the class that has it", () => {
  assert.deepEqual(without(two, 1), [two[0]]);
  assert.deepEqual(withClass([two[0]], "oak"), two);
  assert.deepEqual(withClass([{ name: "oak", sources: ["elm"] }], "oak"), [
    { name: "oak", sources: ["elm", "oak"] },
  ]);
});

test("a new class has the first number that is free", () => {
  assert.equal(nextName(["Class 1", "maple", "Class 3"]), "Class 2");
});

test("classes that a folder brings take the place of empty ones that nobody named", () => {
  const arranged = /** @type {any} */ ({
    classes: [
      { name: "Class 1", sources: ["Class 1"], train: 0, test: 0 },
      { name: "birch", sources: ["Class 2"], train: 0, test: 0 },
      { name: "Class 3", sources: ["Class 3"], train: 2, test: 1 },
    ],
  });
  assert.deepEqual(
    withoutEmpty(arranged).map(({ name }) => name),
    ["birch", "Class 3"],
  );
});

test("the folders around all pictures are no classes, also where a request has only some", () => {
  const of = (/** @type {string[]} */ ...names) =>
    classLevel(names.map((name) => ({ name, file: new File(["x"], name, { type: "image/png" }) })));
  assert.equal(of("oak/1.png", "elm/2.png"), 0);
  assert.equal(of("leaves/oak/1.png", "leaves/elm/2.png"), 1);
  assert.equal(of("leaves/oak/a/1.png", "leaves/elm/b/2.png", "leaves/cover.png"), 1);
  assert.equal(of("oak/images/1.png", "elm/images/2.png"), 0);
  assert.equal(of("x/train/oak/1.png", "x/test/oak/2.png"), 2);
  assert.equal(of("train/oak/i/1.png", "test/elm/i/2.png"), 1);
  assert.equal(of("train/train/1.png", "test/test/2.png"), 1);
  assert.equal(of("oak/1.png", "oak/old/2.png"), 0);
  assert.equal(of(), 0);
});
