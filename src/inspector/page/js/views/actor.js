/** One actor: its machine with the state lit, what it holds, what can happen next, its events. */
import { html, signal } from "../lib/core.js";
import { money, share } from "../lib/fmt.js";
import { focus, log, logScope } from "../lib/link.js";
import { activeStates, edgeWords, machine, outgoing, takenEdge } from "../lib/machine.js";
import { folded, isPhone, viewport } from "../lib/prefs.js";
import { listView, route } from "../lib/router.js";
import { Copy, Countdown, Empty, Panel, Side, Since, State } from "../ui/bits.js";
import { Chart } from "../ui/chart.js";
import { Icon } from "../ui/icons.js";
import { Attempts, Conditions, DesiredActual } from "../ui/intent_parts.js";
import { Log } from "../ui/log.js";
import { Top } from "../ui/shell.js";

/** The edge pointed at in the list of what can happen next. */
const hot = signal(null);

export function ActorTop() {
  const { id } = route.value;
  if (id === null) {
    return html`
      <${Top}>
        <h1>${listView.value === "intents" ? "Intents" : "Actors"}</h1>
        <//>
    `;
  }
  const parts = id.split("/");
  const name = parts.at(-1);
  const between = parts.slice(0, -1).map((part, index) => ({
    part,
    id: parts.slice(0, index + 1).join("/"),
  }));
  return html`
    <${Top}>
      ${isPhone() && html`
        <a class="btn quiet sq" href=${`#/${listView.value}`} aria-label="Back to the list"><${Icon} n="left" /></a>
      `}
      ${!isPhone() && between.map((one) =>
        html`
          <a href=${`#/actor/${one.id.split("/").map(encodeURIComponent).join("/")}`}>${one
            .part}</a>
          <${Icon} n="right" s />
        `
      )}
      <h1 class="mono ell">${name}</h1><${Copy} text=${id} what="the actor's path" />
    <//>
  `;
}

export function Actor() {
  const { id } = route.value;
  const shown = focus.value;
  if (id === null) {
    return html`<${Empty} icon="actors" title="No actor chosen">Choose one on the left, or press j.<//>`;
  }
  if (shown === undefined) return html`<${Loading} />`;
  if (shown === null) {
    return html`
      <${Empty}
        title="Not in memory">${id} was retired after its quiet window, or never existed.<//>
    `;
  }
  const { actor, intent } = shown;
  const drawn = actor.machine === null ? null : machine(actor.machine).value;
  const roomy = !isPhone() && viewport.value.h >= 1000;
  const next = drawn && html`<${Next} drawn=${drawn} actor=${actor} />`;
  const attempts = intent && html`
    <${Panel} title="Attempts" meta=${`${intent.state.attempts.length}, newest first`} cls="g-att">
      <${Attempts} attempts=${intent.state.attempts} />
      <//>
  `;
  return html`
    <div class="igrid">
      <div class="middle">
        <${Machine} actor=${actor} drawn=${drawn} intent=${intent} />
        ${roomy && html`<div class="lower">${next}${attempts}</div>`}
      </div>
      <div class="side">
        <div class="parts scroll" tabindex="0" role="group" aria-label="What it holds">
          ${intent
            ? html`<${IntentPanel} actor=${actor} view=${intent} />`
            : html`<${Supervision} actor=${actor} />`}
          ${!roomy && next}${!roomy && attempts}
          <${Context} actor=${actor} />
        </div>
        <${LogPanel} />
      </div>
    </div>
  `;
}

const Loading = () =>
  html`
    <div class="igrid" aria-busy="true">
      <span class="sr" role="status">Loading the actor</span>
      <div class="middle">
        <div class="panel g-chart">
          <div class="skrow"><i class="sk"></i></div>
        </div>
      </div>
      <div class="side">
        <div class="panel grow">
          <div class="skrow"><i class="sk"></i></div>
        </div>
      </div>
    </div>
  `;

function Machine({ actor, drawn, intent }) {
  const last = drawn ? takenEdge(drawn, actor.lastEdge) : null;
  const title = html`
    <span class="row g6"><${State} state=${actor.state} filled=${filledShare(intent)}
      isolated=${actor.isolated} /></span>
  `;
  const meta = html`
    ${last &&
      html`<span class="lastedge">by <b class="mono">${edgeWords(last)}</b>${
        intent ? " · " : ""
      }</span>`}
    ${intent && html`<span class="hide-l">for <${Since} at=${actor.updatedAt} />${" · "}</span>`}
    ${intent && html`<${Order} order=${intent.intent.order} />`}
  `;
  const fold = !isPhone() && html`
    <button class="btn quiet sq" aria-label=${folded.value ? "Show the list" : "Fold the list"}
      aria-pressed=${folded.value ? "true" : "false"} title="Fold the list  b"
      onClick=${() => (folded.value = !folded.value)}><${Icon} n="side" s /></button>
  `;
  const mermaid = drawn && html`
    <button class="btn quiet" title="Copy the chart as Mermaid text"
      aria-label="Copy the chart as Mermaid text"
      onClick=${() => navigator.clipboard?.writeText(drawn.mermaid)}>
      <${Icon} n="copy" s /><span class="hide-l">Mermaid</span>
    </button>
  `;
  return html`
    <section class="panel g-chart" aria-label="Machine">
      <header class="ph">
        <h2>${title}</h2><span class="meta ell grow">${meta}</span>${mermaid}${fold}
      </header>
      <div class="pb">${picture({ actor, drawn })}</div>
    </section>
  `;
}

const filledShare = (intent) =>
  intent === null ? 0 : share(intent.state.filledAmount, intent.intent.order.amount);

/** What the machine does wherever it stands: transitions of its root. */
const notes = (drawn) => drawn.layouts.tall.notes.map((note) => note.text).join("; ");

function picture({ actor, drawn }) {
  if (actor.machine === null) {
    return html`<${Empty} title="A plain actor">It has no statechart; what it holds is beside.<//>`;
  }
  if (drawn === undefined) return html`<div class="skrow"><i class="sk"></i></div>`;
  if (drawn === null) {
    return html`<${Empty} title="No chart">The kernel could not draw the machine “${actor.machine}”.<//>`;
  }
  return html`
    <${Chart} drawn=${drawn} state=${actor.state} lastEdge=${actor.lastEdge} hot=${hot.value} />
  `;
}

const Order = ({ order }) =>
  html`
    <span class="num order">
      <${Side} side=${order.side} /> <b>${money(order.amount)}</b> ${order.symbolId}
      <span class="c3"> at </span><b>${order.limitPrice === null
        ? "market"
        : money(order.limitPrice)}</b>
      <span class="c3"> ${order.timeInForce}${order.postOnly
        ? " · post-only"
        : ""}${order.reduceOnly
        ? " · reduce-only"
        : ""}</span>
    </span>
  `;

function IntentPanel({ actor, view }) {
  const { lastSyncAt } = view.state;
  const read = html`
    <span class="tag">${lastSyncAt === null
      ? "never read"
      : html`read <${Since} at=${lastSyncAt} /> ago`}</span>
  `;
  return html`
    <${Panel} title="Desired and actual" tools=${read} cls="g-da">
      <${DesiredActual} view=${view} />
      <${Deadlines} deadlines=${actor.deadlines} />
      <${Conditions} state=${view.state} />
      <//>
  `;
}

function Deadlines({ deadlines }) {
  if (deadlines.length === 0) return null;
  return html`
    <ul class="dues" aria-label="Deadlines">
      ${deadlines.map((deadline) =>
        html`
          <li class="st-doubt" key=${deadline.name}>
            <${Icon} n="clock" s /><span class="mono">${deadline
              .name}</span><span class="grow c3">deadline in</span>
            <b class="num r"><${Countdown} at=${deadline.dueAt} /></b>
          </li>
        `
      )}
    </ul>
  `;
}

function Supervision({ actor }) {
  return html`
    <${Panel} title="Supervision" meta=${actor.kind}>
      <${Deadlines} deadlines=${actor.deadlines} />
      <dl class="kv pad">
        <dt>State</dt><dd><${State} state=${actor.state} isolated=${actor.isolated} /></dd>
        <dt>Restarts</dt><dd>${actor.restarts}</dd>
        <dt>Driven</dt><dd>${actor.isolated ? "no: isolated, kept as it is" : "yes"}</dd>
        <dt>Path</dt><dd class="mono wrap">${actor.id}</dd>
        ${actor.tags.length > 0 && html`
          <dt>Tags</dt>
          <dd>${actor.tags.join(", ")}</dd>
        `}
      </dl>
      <//>
  `;
}

/** The machine's listed fields; nested ones as one line of JSON. */
function Context({ actor }) {
  const fields = Object.entries(actor.context);
  if (fields.length === 0) return null;
  const text = (
    value,
  ) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));
  return html`
    <${Panel} title="Context" meta="the listed fields" cls="g-ctx">
      <dl class="kv pad">
        ${fields.map(([key, value]) =>
          html`
            <dt key=${key}>${key}</dt>
            <dd class="mono wrap">${text(value)}</dd>
          `
        )}
      </dl>
      <//>
  `;
}

/** The chart as a list: what it says to those who cannot see it. */
function Next({ drawn, actor }) {
  const lit = activeStates(drawn.chart, actor.state);
  const edges = outgoing(drawn.chart, lit);
  const point = (id) => () => {
    hot.value = id;
  };
  return html`
    <${Panel} title="Can happen next" meta="innermost first" cls="g-next">
      ${edges.length === 0 && html`<p class="note c3">Nothing: it has ended.</p>`}
      <ul class="next">
        ${edges.map((edge) =>
          html`
            <li key=${edge.id} class=${hot.value === edge.id ? "hot" : ""}
              title=${edge.actions.length > 0 ? `does ${edge.actions.join(", ")}` : ""}
              onMouseEnter=${point(edge.id)} onMouseLeave=${point(null)}>
              <span class="ev mono ell">${edgeWords(edge)}</span><${State} state=${edge.target} />
            </li>
          `
        )}
      </ul>
      ${notes(drawn) !== "" && html`
        <p class="note f11 c3">In every state: <span class="mono">${notes(drawn)}</span></p>
      `}
    <//>
  `;
}

function LogPanel() {
  const all = logScope.value === "all";
  const choose = (scope) => () => {
    logScope.value = scope;
    log.value = [];
  };
  const scopes = html`
    <div class="seg" role="group" aria-label="Whose events">
      <button aria-pressed=${all ? "false" : "true"} onClick=${choose("focus")}>This actor</button>
      <button aria-pressed=${all ? "true" : "false"} onClick=${choose("all")}>All</button>
    </div>
  `;
  return html`
    <${Panel} title="Events" meta="newest first" tools=${scopes} cls="g-log">
      <${Log} named=${all} />
      <//>
  `;
}
