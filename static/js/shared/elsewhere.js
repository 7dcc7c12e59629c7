/** What a page that has no use for files does with one: it stays, and says where files are taken. */
import { DATA_PAGE, takeFiles } from "./dropped-files.js";
import { ROOT } from "./server.js";

const SHOWN_MS = 8000;

/** @param {string} to @param {string} says */
const link = (to, says) =>
  Object.assign(document.createElement("a"), { href: to, textContent: says });

takeFiles(() => {
  document.querySelector(".dropped")?.remove();
  const said = document.createElement("p");
  said.className = "dropped";
  said.setAttribute("role", "status");
  said.append(
    "Pictures are taken by ",
    link(ROOT, "the live network"),
    ", files of runs by ",
    link(`${ROOT}runs`, "the list of runs"),
    ", data sets by ",
    link(DATA_PAGE.to, DATA_PAGE.says),
    ".",
  );
  document.body.append(said);
  setTimeout(() => said.remove(), SHOWN_MS);
});
