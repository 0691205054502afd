/** What happened, newest first, each with what it follows from. */
import { html } from "../lib/core.js";
import { clockMs } from "../lib/fmt.js";
import { log } from "../lib/link.js";
import { actorHref } from "../lib/router.js";
import { LevelGlyph } from "./icons.js";

const LEVELS = [
  [/Rejected|Denied|Orphaned|Overfilled|Margin|KillSwitchEngaged/, "crit"],
  [/Unknown|Drift|ConnectionDown|Expired/, "warn"],
  [/Filled|Accepted|Resolved|ConnectionUp|Released/, "ok"],
];

const levelOf = (type) => LEVELS.find(([pattern]) => pattern.test(type))?.[1] ?? "none";

/** @param {{ named: boolean }} props `named` says whose each is, for a log of all. */
export function Log({ named }) {
  if (log.value.length === 0) return html`<p class="note c3">Nothing has happened yet.</p>`;
  return html`
    <ol class="log scroll" tabindex="0" aria-label="Events, newest first">
      ${log.value.map((event) =>
        html`<${Entry} key=${event.eventId} event=${event} named=${named} />`
      )}
    </ol>
  `;
}

function Entry({ event, named }) {
  const { exchangeId, intentId } = event;
  const level = levelOf(event.type);
  const actor = intentId === null
    ? `kernel/${exchangeId}`
    : `kernel/${exchangeId}/book/${intentId}`;
  return html`
    <li class=${`lv-${level}`}>
      <span class="tm mono"><span>${clockMs(event.at)}</span><small>e${event.eventId}</small></span>
      <${LevelGlyph} level=${level} />
      <span class="what">
        <span class="row g6">
          <b class="ell">${event.type}</b>
          ${named &&
            html`<a class="mono link ell" href=${actorHref(actor)}>${intentId ?? exchangeId}</a>`}
        </span>
        <span class="c3 ell">because of <span class="mono c2">${event.cause}</span>${facts(
          event,
        )}</span>
      </span>
    </li>
  `;
}

/** The payload in a line; it is short by the kernel's own bounds, and the rest is cut. */
function facts({ payload }) {
  const parts = Object.entries(payload).filter(([, value]) =>
    value !== null && typeof value !== "object"
  );
  return parts.length === 0
    ? ""
    : ` · ${parts.map(([key, value]) => `${key} ${value}`).join(", ")}`;
}
