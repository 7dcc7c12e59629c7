/** The last different recipes that this browser started a run with. */
const KEY = "convscope.recipes";
const MOST = 5;

/** @typedef {{says: string, recipe: object}} Recent `recipe`: the body of `POST /runs` */

/** @param {any} entry what somebody else may have written @returns {entry is Recent} */
const isRecent = (entry) =>
  typeof entry?.says === "string" && typeof entry.recipe === "object" && entry.recipe !== null;

/** Newest first. @returns {Recent[]} */
export function recentRecipes() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isRecent).slice(0, MOST) : [];
  } catch {
    return []; // storage is switched off, or holds something else
  }
}

/** @param {Recent} started */
export function rememberRecipe(started) {
  const same = JSON.stringify(started.recipe);
  const others = recentRecipes().filter(({ recipe }) => JSON.stringify(recipe) !== same);
  try {
    localStorage.setItem(KEY, JSON.stringify([started, ...others].slice(0, MOST)));
  } catch {
    // as above
  }
}
