/** Puts things on the clipboard. */
import { notice, noticeError } from "../../shared/notices.js";

/** @param {string} text @param {string} done what is said then @param {string} refused or then */
export async function copyText(text, done, refused) {
  try {
    await navigator.clipboard.writeText(text);
    notice(done);
  } catch {
    noticeError(refused);
  }
}

/** The link to this run, for somebody else. */
export const copyLink = () =>
  copyText(
    location.href,
    "The link to this run was copied.",
    "The browser blocked copying; the address bar has the link.",
  );
