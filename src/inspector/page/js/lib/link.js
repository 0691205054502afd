/** The stream from the kernel: what this page shows of it, and whether it still comes. */
import { batch, computed, effect, signal } from "./core.js";
import { listView, route, token } from "./router.js";

/** Rows asked for at once; a screen shows a third of them. */
const WINDOW = 120;
/** Rows kept between the screen's edge and the window's before it moves. */
const MARGIN = 30;
const RETRY_MS = 1_500;
/** Two beats and some: a connection that says nothing for longer is dead. */
const SILENCE_MS = 12_000;
const LOG_MAX = 400;

/** { up, since, error }: `since` is when it last changed, by this page's clock. */
export const link = signal({ up: false, since: performance.now(), error: null, tried: false });
export const list = signal({ rows: [], total: 0, offset: 0 });
export const counts = signal({});
/** undefined: not asked yet; null: there is no such actor. */
export const focus = signal(undefined);
export const log = signal([]);
export const logScope = signal("focus");
/** The kernel's time of the newest frame. */
export const frameAt = signal(null);

const offset = signal(0);
const skew = { kernel: 0, page: 0 };

/** The kernel's clock, carried on by this page's own. */
export const now = () => skew.kernel + (performance.now() - skew.page);

/** Ticks ten times a second while somebody looks; countdowns hang on it. */
export const tick = signal(0);
setInterval(() => {
  if (!document.hidden && link.value.up) tick.value++;
}, 100);

/** Tells which rows are on the screen, so that the kernel sends those and few more. */
export function look(from, to) {
  const at = offset.value;
  const inside = (at === 0 || from >= at + MARGIN / 2) && to <= at + WINDOW - MARGIN / 2;
  if (!inside) offset.value = Math.max(0, from - Math.floor((WINDOW - (to - from)) / 2));
}

const filters = computed(() => {
  const { q } = route.value;
  const params = new URLSearchParams();
  if (q.get("q")) params.set("text", q.get("q"));
  if (q.get("state")) params.set("state", q.get("state"));
  const kind = listView.value === "intents" ? "intent" : q.get("kind");
  if (kind) params.set("kind", kind);
  return params.toString();
});

const wanted = computed(() => {
  const params = new URLSearchParams(filters.value);
  params.set("offset", String(offset.value));
  params.set("limit", String(WINDOW));
  const { id, view } = route.value;
  if (id) params.set("focus", id);
  params.set("log", view === "events" || !id ? "all" : logScope.value);
  return params.toString();
});

effect(() => {
  filters.value;
  offset.value = 0;
});
let shown = null;
effect(() => {
  const { id } = route.value;
  if (id === shown) return;
  shown = id;
  focus.value = undefined;
});

let closing = new AbortController();

/** Opens the stream, and again whenever the page wants something else. */
export function connect() {
  let timer = 0;
  effect(() => {
    wanted.value;
    clearTimeout(timer);
    timer = setTimeout(reopen, 40); // typing and scrolling change it many times in a row
  });
  document.addEventListener("visibilitychange", reopen);
  // A frame in flight when the page is left is not an outage to be shown.
  addEventListener("pagehide", () => closing.abort());
}

function reopen() {
  closing.abort();
  if (document.hidden) return; // nobody looks: the kernel is not asked
  closing = new AbortController();
  follow(wanted.value, closing.signal);
}

async function follow(query, signal) {
  while (!signal.aborted) {
    try {
      await read(query, signal);
    } catch (error) {
      if (signal.aborted) return;
      lost(error instanceof Error ? error.message : String(error));
    }
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function read(query, signal) {
  const guard = new AbortController();
  const stop = () => guard.abort();
  signal.addEventListener("abort", stop);
  let silence = setTimeout(stop, SILENCE_MS);
  try {
    const answer = await ask(`stream?${query}`, guard.signal);
    let rest = "";
    for await (const text of chunks(answer)) {
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE_MS);
      if (signal.aborted) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") show(JSON.parse(line));
    }
    throw new Error("The kernel ended the stream");
  } catch (error) {
    throw guard.signal.aborted && !signal.aborted ? new Error("The kernel fell silent") : error;
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
    guard.abort();
  }
}

async function* chunks(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** @throws {Error} in the kernel's own words when it refuses. */
export async function ask(path, signal) {
  const answer = await fetch(`/inspector/api/${path}`, {
    headers: { authorization: `Bearer ${token() ?? ""}` },
    cache: "no-store",
    signal,
  });
  if (answer.ok) return answer;
  if (answer.status === 401 || answer.status === 403) {
    throw new Error("The kernel does not know this page: open the address it printed at its start");
  }
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? `The kernel answered ${answer.status}`);
}

function show(frame) {
  batch(() => {
    skew.kernel = frame.at;
    skew.page = performance.now();
    frameAt.value = frame.at;
    if (!link.value.up) {
      link.value = { up: true, since: performance.now(), error: null, tried: true };
    }
    if (frame.list) list.value = frame.list;
    if (frame.counts) counts.value = frame.counts;
    if (frame.focus !== undefined) focus.value = frame.focus;
    if (frame.log) {
      const newer = [...frame.log.events].reverse();
      log.value = frame.log.first ? newer : [...newer, ...log.value].slice(0, LOG_MAX);
    }
  });
}

function lost(error) {
  const { up, since } = link.value;
  link.value = { up: false, since: up ? performance.now() : since, error, tried: true };
}
