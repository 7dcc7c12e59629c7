/** The small picture of the lessons, and the kernel that goes over it at first. */

/** @typedef {import("./matrix.js").Rows} Rows */

/** @param {string} text one digit a number @returns {Rows} */
export const grid = (text) => text.split(" ").map((row) => [...row].map(Number));

export const IMAGE = grid("11100 01110 00111 00110 01100");
export const KERNEL = grid("101 010 101");
