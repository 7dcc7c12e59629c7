/** What the run on the page did, as it is told: the line that is said now, and all of them. */
import { effect, signal } from "@preact/signals";
import { newest } from "../../shared/latest-only.js";
import { noticeError } from "../../shared/notices.js";
import { server } from "../../shared/server.js";
import { liveRun } from "../state.js";
import { linesOf, Queue } from "./queue.js";

/** @typedef {import("../../shared/types.js").Finding} Finding */

export const findings = signal(/** @type {Finding[]} */ ([])); // of the run, oldest first
export const said = signal(/** @type {import("./queue.js").Line | null} */ (null)); // now

const queue = new Queue();
const heard = { run: "", restarts: 0, id: 0 };
let timer = 0;

const fetchNews = newest((/** @type {string} */ run) => server.findings(run, heard.id + 1), {
  done: tell,
  failed: noticeError,
});

/** @param {Finding[]} news */
function tell(news) {
  const isFirst = !findings.value.length;
  findings.value = [...findings.value, ...news];
  heard.id = findings.value.at(-1)?.id ?? 0;
  const lines = linesOf(news);
  queue.add(isFirst && lines.length > 1 ? lines.slice(-1) : lines); // not all of a run that is opened
  say();
}

function say() {
  clearTimeout(timer);
  const line = queue.take(performance.now());
  if (line) said.value = line;
  const wait = queue.waitMs(performance.now());
  if (wait !== null) timer = window.setTimeout(say, wait);
}

/** Another run, one that was reset, or one whose last steps were taken back. */
function forget() {
  clearTimeout(timer);
  fetchNews.drop();
  queue.clear();
  findings.value = [];
  said.value = null;
  heard.id = 0;
}

/** From now on what the run on the page does is told. */
export const followFindings = () =>
  effect(() => {
    const run = liveRun.value;
    if (!run) return;
    const newestId = run.latest_finding?.id ?? 0;
    if (run.id !== heard.run || run.restarts !== heard.restarts || newestId < heard.id) {
      Object.assign(heard, { run: run.id, restarts: run.restarts });
      forget();
    }
    if (newestId > heard.id) fetchNews.want(run.id);
  });
