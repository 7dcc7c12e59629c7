import assert from "node:assert/strict";
import { test } from "node:test";
import {
  patchesCsv,
  trajectoryCsv,
  worthCsv,
} from "../../static/js/network/filter/learned/tables.js";
import { csv, fileName } from "../../static/js/network/panel-files/csv.js";
import { contributionsCsv } from "../../static/js/network/why/sum.js";

test("a table's fields are quoted where they must be, and nothing is an empty one", () => {
  assert.equal(csv([["a,b", 'say "x"', null, undefined, 0.5]]), '"a,b","say ""x""",,,0.5\r\n');
});

test("a file's name tells run, panel and step, and any file system takes it", () => {
  assert.equal(fileName("r1", "conv1.3.wants", 40), "r1.conv1.3.wants.step40");
  assert.equal(fileName("r1", 'a/b\\c:"d" é', 0), "r1.a-b-c-d-.step0");
});

test("patches are lines of the picture, its place and what it sees, then the classes", () => {
  const patch = { image: "test-5", label: 2, value: 1.5, y: 3, x: 4, box: [2, 3, 3, 3] };
  const answer = {
    step: 7,
    best: [patch],
    least: [],
    control: { best: [{ ...patch, image: "test-6" }] },
    classes: [{ index: 2, class: "Bag", value: null }],
  };
  const [, most, before, mean] = patchesCsv(/** @type {any} */ (answer)).split("\r\n");
  assert.equal(most, "7,most,0,test-5,2,1.5,3,4,2,3,3,3");
  assert.equal(before, "7,most before it learned,0,test-6,2,1.5,3,4,2,3,3,3");
  assert.equal(mean, "7,mean of class,,,2,,,,,,,");
});

test("what filters are worth is a line each, with what is lost of each class", () => {
  const filters = [{ filter: 0, accuracy: 0.5, lost: 0.25, classes: [0.5, null] }];
  assert.equal(
    worthCsv(/** @type {any} */ ({ step: 7, filters }), ["Bag", "Coat, long"]),
    'step,filter,accuracy,lost,lost of Bag,"lost of Coat, long"\r\n7,0,0.5,0.25,0.5,\r\n',
  );
});

test("a filter's way is a line a step", () => {
  const places = [
    [0, 0],
    [1, -2],
  ];
  assert.equal(
    trajectoryCsv(/** @type {any} */ ({ steps: [0, 5], places })),
    "step,across,upwards\r\n0,0,0\r\n5,1,-2\r\n",
  );
});

test("the parts of a score are all of its filters, what is elsewhere, the biases and the sum", () => {
  const of = {
    step: 7,
    layer: "conv1",
    region: [1, 2, 3, 4],
    filters: [0.5, -1],
    elsewhere: 2,
    constants: [{ layer: "fc", contribution: 0.25 }],
    total: 1.75,
    score: 1.75,
  };
  const [, first, , , bias, total] = contributionsCsv(/** @type {any} */ (of)).split("\r\n");
  assert.equal(first, "7,conv1,1 2 3 4,filter 0,0.5");
  assert.equal(bias, "7,conv1,1 2 3 4,biases of fc,0.25");
  assert.equal(total, "7,conv1,1 2 3 4,total,1.75");
});
