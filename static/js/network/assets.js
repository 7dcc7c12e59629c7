/** Style sheets and scripts of parts that are fetched when they are first opened. */

/** @type {Map<string, Promise<void>>} */
const asked = new Map();

/** Adds an element once, and waits for what it fetches. @param {string} path below static/ @param {(url: string) => HTMLElement} make */
function addOnce(path, make) {
  const known = asked.get(path);
  if (known) return known;
  const element = make(new URL(`../../${path}`, import.meta.url).href);
  const loaded = new Promise((/** @type {(done: void) => void} */ done) => {
    element.onload = () => done();
    element.onerror = () => {
      asked.delete(path); // whoever asks again gets another try
      done(); // plain is better than nothing
    };
  });
  asked.set(path, loaded);
  document.head.append(element);
  return loaded;
}

/** @param {string} path below static/, without its ending */
export const loadSheet = (path) =>
  addOnce(`${path}.css`, (href) =>
    Object.assign(document.createElement("link"), { rel: "stylesheet", href }),
  );

/** @param {string} name in static/css/network, without its ending */
export const loadStyle = (name) => loadSheet(`css/network/${name}`);

/** A plain script, for what is no module. @param {string} path below static/ */
export const loadScript = (path) =>
  addOnce(path, (src) => Object.assign(document.createElement("script"), { src }));
