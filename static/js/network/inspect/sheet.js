/** Where the panel stands: among others beside the network, or on a phone as a sheet over the page's lower part. */

export const SHEET = "(max-width: 900px)";

/** Scrolls to it where it has grown below what is in view. @param {Element | null | undefined} panel */
export function bringIntoView(panel) {
  if (!matchMedia(SHEET).matches) panel?.scrollIntoView({ block: "start" });
}
