/** How a class is marked: a colour and a form, so that fifty are told apart, and ten by each alone or both. */

const LIGHT = "#1f6fd0 #c24d00 #12803a #b3186a #6b45c4 #846400 #00808c #4a515e #c9262b #7d3d14";
const DARK = "#6db1ff #ff9d4d #5fd07f #ff7fb2 #bda3ff #e3c04a #3fd0dc #c3c9d4 #ff7f76 #dca27f";
const COLOURS = { light: LIGHT.split(" "), dark: DARK.split(" ") };

/** Paths within −1 … 1, y downwards. */
const FORMS = [
  "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0z",
  "M-.85 -.85H.85V.85H-.85z",
  "M0 -1.1L1.05 .8H-1.05z",
  "M0 -1.25L1.1 0L0 1.25L-1.1 0z",
  "M-.4 -1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4z",
];

/** @param {number} label @param {boolean} isDark @returns {{colour: string, form: string}} */
export function markOf(label, isDark) {
  const colours = COLOURS[isDark ? "dark" : "light"];
  return {
    colour: colours[label % colours.length],
    form: FORMS[(label + Math.floor(label / colours.length)) % FORMS.length],
  };
}
