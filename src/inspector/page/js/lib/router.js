/**
 * The address is the state: `#/actors`, `#/intents?q=btc&state=ACTIVE`, `#/actor/<id>`, `#/events`.
 * The hash keeps ids out of access logs. The token comes in the hash too, and leaves it at once.
 */
import { computed, signal } from "./core.js";

/** The token, where storage is refused. */
let held = null;

takeToken();
const raw = signal(location.hash);
addEventListener("hashchange", () => {
  takeToken();
  raw.value = location.hash;
});

/** { view, id, q }: `id` is that of an actor, `q` the query behind it. */
export const route = computed(() => {
  const [path, query = ""] = raw.value.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/").filter(Boolean);
  return {
    view: view || "actors",
    id: view === "actor" ? rest.map(decode).join("/") : null,
    q: new URLSearchParams(query),
  };
});

/** The list beside an actor's page is the one it was opened from. */
export const listView = computed(() => {
  const { view, q } = route.value;
  if (view === "actor") return q.get("in") === "intents" ? "intents" : "actors";
  return view === "intents" ? "intents" : "actors";
});

export function go(href, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", href);
    raw.value = location.hash;
  } else location.hash = href;
}

/** The page of one actor, with the list and its filters kept. */
export function actorHref(id) {
  const q = new URLSearchParams(route.value.q);
  q.set("in", listView.value);
  return `#/actor/${id.split("/").map(encodeURIComponent).join("/")}?${q}`;
}

export function listHref(view) {
  return `#/${view}`;
}

/** Changes filters in place: the history holds pages, not keystrokes. */
export function setQuery(changes) {
  const { view, id, q } = route.value;
  const next = new URLSearchParams(q);
  for (const [key, value] of Object.entries(changes)) {
    if (value) next.set(key, value);
    else next.delete(key);
  }
  const path = id === null
    ? `/${view}`
    : `/actor/${id.split("/").map(encodeURIComponent).join("/")}`;
  go(`#${path}${next.size ? `?${next}` : ""}`, { replace: true });
}

export function token() {
  try {
    return sessionStorage.getItem("xk.token");
  } catch {
    return held;
  }
}

function takeToken() {
  const given = /^#token=([^&/]+)$/.exec(location.hash)?.[1];
  if (given === undefined) return;
  held = decode(given);
  try {
    sessionStorage.setItem("xk.token", held);
  } catch {
    // Storage refused: held for this page only.
  }
  history.replaceState(null, "", location.pathname + location.search);
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
