/** Style sheets of parts that are fetched when they are first opened. */

/** @type {Map<string, Promise<void>>} */
const asked = new Map();

/** Adds a sheet once, and waits for it. @param {string} name in static/css, without its ending */
export function loadStyle(name) {
  const known = asked.get(name);
  if (known) return known;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../css/${name}.css`, import.meta.url).href;
  const loaded = new Promise((/** @type {(done: void) => void} */ done) => {
    link.onload = () => done();
    link.onerror = () => done(); // plain is better than nothing
  });
  asked.set(name, loaded);
  document.head.append(link);
  return loaded;
}
