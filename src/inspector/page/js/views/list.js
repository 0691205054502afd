/** Actors or intents to choose from: search, chips, and as many rows as there are. */
import { html, signal, useRef } from "../lib/core.js";
import { count, short } from "../lib/fmt.js";
import { useKeys } from "../lib/keys.js";
import { counts, list, look } from "../lib/link.js";
import { folded, isPhone } from "../lib/prefs.js";
import { actorHref, go, listView, route, setQuery } from "../lib/router.js";
import { Empty, Isolated, State, stateClass, TOPS } from "../ui/bits.js";
import { Icon, StateGlyph } from "../ui/icons.js";
import { Virtual } from "../ui/virtual.js";

const KINDS = ["exchange", "connection", "requests", "account", "book", "intent"];

/** The row the keys are at; its actor may be out of the loaded window. */
const cursor = signal(-1);

const rowAt = (index) => list.value.rows[index - list.value.offset];

/** The row of the actor that is shown, or where the keys left off. */
function currentIndex() {
  const { id } = route.value;
  const found = list.value.rows.findIndex((row) => row.id === id);
  return found >= 0 ? found + list.value.offset : id === null ? -1 : cursor.value;
}

function moveBy(step) {
  const next = Math.max(0, Math.min(list.value.total - 1, currentIndex() + step));
  cursor.value = next;
  const row = rowAt(next);
  if (row) go(actorHref(row.id), { replace: route.value.id !== null });
}

export function List() {
  const input = useRef(null);
  const { q } = route.value;
  const search = q.get("q") ?? "";
  const intents = listView.value === "intents";
  const open = (index) => {
    const row = rowAt(index);
    if (row) go(actorHref(row.id));
  };
  useKeys({
    j: () => moveBy(1),
    k: () => moveBy(-1),
    ArrowDown: () => moveBy(1),
    ArrowUp: () => moveBy(-1),
    Enter: () => open(Math.max(0, currentIndex())),
    b: () => (folded.value = !folded.value),
    "/": () => {
      folded.value = false;
      requestAnimationFrame(() => input.current?.focus());
    },
    Escape: () => {
      if (search) setQuery({ q: "" });
      else if (document.activeElement === input.current) input.current.blur();
      else if (route.value.id !== null) go(`#/${listView.value}`);
    },
  });
  const { total } = list.value;
  return html`
    <aside class="list" aria-label=${intents ? "Intents" : "Actors"}>
      <div class="qbox">
        <${Icon} n="search" s />
        <input
          ref=${input}
          aria-label="Search by id or name"
          placeholder=${intents ? "Search intents" : "Search actors"}
          value=${search}
          onInput=${(event) => setQuery({ q: event.target.value })}
        />
        <span class="c3 f11 num nw">${count(total)}</span>
        ${!isPhone() && html`<kbd>/</kbd>`}
      </div>
      ${intents ? html`<${StateChips} />` : html`<${KindChips} />`}
      <div class="rows">
        ${total === 0 ? html`<${Nothing} search=${search} />` : html`
          <${Virtual}
            total=${total}
            row=${isPhone() ? 44 : 28}
            role=${intents ? "grid" : "treegrid"}
            label=${intents ? "Intents" : "Supervision tree"}
            cursor=${currentIndex()}
            onSee=${look}
            render=${(index) =>
              html`<${Row} key=${index} index=${index} tree=${!intents} open=${open} />`}
          />
        `}
      </div>
    </aside>
  `;
}

function Nothing({ search }) {
  return search
    ? html`<${Empty} icon="search" title="No match">Nothing here has “${search}” in its id or name.<//>`
    : html`<${Empty} title="None">The kernel holds nothing of this kind.<//>`;
}

function KindChips() {
  const chosen = route.value.q.get("kind");
  return html`
    <div class="chips" role="group" aria-label="Kind">
      ${KINDS.map((kind) =>
        html`
          <button class="chip" key=${kind} aria-pressed=${chosen === kind ? "true" : "false"}
            onClick=${() => setQuery({ kind: chosen === kind ? "" : kind })}>${kind}</button>
        `
      )}
    </div>
  `;
}

function StateChips() {
  const chosen = route.value.q.get("state");
  return html`
    <div class="chips two" role="group" aria-label="State">
      ${TOPS.map((state) =>
        html`
          <button class=${`chip ${stateClass(state)}`} key=${state} aria-pressed=${chosen === state
            ? "true"
            : "false"} onClick=${() => setQuery({ state: chosen === state ? "" : state })}>
            <${StateGlyph} state=${state} /><span class="grow">${state}</span><b>${short(
              counts.value[state] ?? 0,
            )}</b>
          </button>
        `
      )}
    </div>
  `;
}

/** Made ids differ at their ends, so a long one loses its middle. */
function Name({ row, strong }) {
  const { id, kind, name } = row;
  const cut = name.length > 20 ? name.length - 6 : name.length;
  return html`
    <span class=${`name ${kind === "intent" ? "mono" : strong ? "b" : ""}`} title=${id}>
      <span class="ell">${name.slice(0, cut)}</span><span>${name.slice(cut)}</span>
    </span>
  `;
}

function Row({ index, tree, open }) {
  const row = rowAt(index);
  if (row === undefined) {
    return html`<div class="tr" role="row" aria-rowindex=${index + 1}><i class="sk"></i></div>`;
  }
  const chosen = row.id === route.value.id;
  const depth = tree ? row.id.split("/").length - 1 : 0;
  const intent = row.kind === "intent";
  return html`
    <div
      id=${`row-${index}`}
      role="row"
      class=${`tr ${chosen ? "here" : ""} ${row.isolated ? "sickrow" : ""}`}
      aria-rowindex=${index + 1}
      aria-level=${tree ? depth + 1 : undefined}
      aria-selected=${chosen ? "true" : "false"}
      data-actor=${row.id}
      onClick=${() => open(index)}
    >
      <span role="gridcell" class="td grow" style=${{ paddingLeft: `${depth * 12}px` }}>
        <${Name} row=${row} strong=${depth < 2} />
        ${row.isolated && html`<${Isolated} />`}
        ${row.restarts > 0 && html`<span class="tag" title="restarts">↻ ${row.restarts}</span>`}
      </span>
      <span role="gridcell" class="td">
        <${State} state=${row.state} isolated=${row.isolated && !intent} brief />
      </span>
    </div>
  `;
}
