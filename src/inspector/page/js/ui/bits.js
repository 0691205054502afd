/** Small shared pieces: panels, state labels, countdowns. */
import { html } from "../lib/core.js";
import { clockMs, span } from "../lib/fmt.js";
import { now, tick } from "../lib/link.js";
import { Icon, LevelGlyph, StateGlyph } from "./icons.js";

export const TOPS = [
  "PENDING",
  "SUBMITTING",
  "ACTIVE",
  "RECONCILING",
  "COMPLETED",
  "CANCELED",
  "FAILED",
];

const WORDS = {
  inFlight: "in flight",
  inDoubt: "in doubt",
  partiallyFilled: "partly filled",
  waitingParent: "waits for parent",
  waitingTrigger: "waits for trigger",
};

/** How well a supervisor is, from the word of its state. */
export function levelOf(state, isolated) {
  if (isolated || /parked|failed|crashed|isolated|halted/i.test(state)) return "crit";
  if (
    /degraded|backoff|stale|banned|syncing|down|draining|throttl|circuit|half|unknown/i.test(state)
  ) return "warn";
  if (/ready|live|open|running|free|flowing|fresh|up\b|intents/i.test(state)) return "ok";
  return "info";
}

/** The class that colours a state, and its full name in words. */
export function stateClass(state) {
  const [top] = state.split(".");
  if (state.endsWith("inDoubt")) return "st-doubt";
  return TOPS.includes(top) ? `st-${top}` : `lv-${levelOf(state, false)}`;
}

/**
 * Glyph, state and substate in words; `filled` draws the filled share into an active one.
 * `brief` leaves the substate out, doubt excepted: nobody may miss that.
 */
export function State({ state, filled = 0, isolated = false, brief = false }) {
  const [top, sub] = state.split(".");
  if (!TOPS.includes(top)) {
    const level = levelOf(state, isolated);
    return html`
      <span class=${`row g6 nw lv-${level}`}>
        <${LevelGlyph} level=${level} /><span class="ell">${state}</span>
      </span>
    `;
  }
  const words = sub ? WORDS[sub] ?? sub : "";
  return html`
    <span class=${`row g6 nw ${stateClass(state)}`} title=${brief ? state : undefined}>
      <${StateGlyph} state=${state} f=${filled} /><span class="cc w5">${brief && sub === "inDoubt"
        ? "IN DOUBT"
        : top}</span>
      ${words && !brief && html`<span class="c3 ell">${words}</span>`}
      ${isolated && html`<${Isolated} />`}
    </span>
  `;
}

export const Isolated = () =>
  html`
    <span class="row g4 lv-crit" title="Isolated: kept, not driven">
      <${LevelGlyph} level="crit" /><span class="sr">isolated</span>
    </span>
  `;

export const Panel = ({ title, meta, tools, cls = "", children }) =>
  html`
    <section class=${`panel ${cls}`} aria-label=${title}>
      <header class="ph">
        <h2>${title}</h2><span class="meta ell grow">${meta}</span>${tools}
      </header>
      <div class="pb">${children}</div>
    </section>
  `;

export const Side = ({ side }) =>
  html`
    <span class=${`nw ${side === "BUY" ? "buy" : "sell"}`}>
      <span class="cc b">${side === "BUY" ? "▲" : "▼"} ${side}</span>
    </span>
  `;

export const Copy = ({ text, what }) =>
  html`
    <button
      class="btn quiet sq tiny"
      aria-label=${`Copy ${what}`}
      title=${`Copy ${what}`}
      onClick=${() => navigator.clipboard?.writeText(text)}
    >
      <${Icon} n="copy" s />
    </button>
  `;

/** Time left; says "due" rather than going negative. */
export function Countdown({ at }) {
  tick.value;
  const left = at - now();
  return html`<span class="num nw" title=${clockMs(at)}>${left > 0 ? span(left) : "due"}</span>`;
}

export function Since({ at }) {
  tick.value;
  return html`<span class="num nw" title=${clockMs(at)}>${span(now() - at)}</span>`;
}

export const Empty = ({ icon = "box", title, children }) =>
  html`
    <div class="empty"><${Icon} n=${icon} /><b>${title}</b><p>${children}</p></div>
  `;
