/** The parts of a score as rows: the filters that add or take most, and all that is left. */

import { csv } from "../panel-files/csv.js";

const MOST_FILTERS = 6;

/**
 * No filter is left out.
 * @param {{filters: number[], constants: {contribution: number}[]}} of
 * @returns {{filters: {filter: number, value: number}[], others: {count: number, value: number},
 *   biases: number, most: number}} `most`: the largest size among the filters
 */
export function rowsOf({ filters, constants }) {
  const sorted = filters
    .map((value, filter) => ({ filter, value }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const first = sorted.slice(0, MOST_FILTERS).filter(({ value }) => value !== 0);
  const rest = sorted.slice(first.length);
  const sum = (/** @type {number[]} */ values) => values.reduce((total, value) => total + value, 0);
  const others = { count: rest.length, value: sum(rest.map(({ value }) => value)) };
  const biases = sum(constants.map(({ contribution }) => contribution));
  const barred = [...first.map(({ value }) => value), others.value];
  return { filters: first, others, biases, most: Math.max(...barred.map(Math.abs)) };
}

/** @param {import("../../shared/attribution-server.js").Contributions} of */
export function contributionsCsv({
  step,
  layer,
  region,
  filters,
  elsewhere,
  constants,
  total,
  score,
}) {
  const at = [step, layer, region.join(" ")];
  return csv([
    ["step", "layer", "region", "part", "contribution"],
    ...filters.map((value, filter) => [...at, `filter ${filter}`, value]),
    [...at, "elsewhere", elsewhere],
    ...constants.map((one) => [...at, `biases of ${one.layer}`, one.contribution]),
    [...at, "total", total],
    [...at, "score", score],
  ]);
}
