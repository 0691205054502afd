/** Parts of an intent: desired against actual, conditions, attempts. */
import { html } from "../lib/core.js";
import { clockMs, money, share } from "../lib/fmt.js";
import { Copy, Since } from "./bits.js";
import { LevelGlyph } from "./icons.js";

const CONDITIONS = ["Admitted", "Working", "Synced", "OutcomeKnown", "Protected", "Completed"];
/** Not yet true is no trouble for these. */
const CALM = {
  Completed: ["False", "Unknown"],
  Working: ["False"],
  Protected: ["Unknown"],
};

function conditionLevel({ type, status }) {
  if (CALM[type]?.includes(status)) return "none";
  if (status === "True") return "ok";
  if (status === "Unknown") return "warn";
  return type === "Synced" ? "info" : "crit";
}

export function Conditions({ state }) {
  const byType = new Map(state.conditions.map((condition) => [condition.type, condition]));
  return html`
    <ul class="conds" aria-label="Conditions">
      ${CONDITIONS.map((type) => {
        const condition = byType.get(type);
        const level = condition === undefined ? "none" : conditionLevel(condition);
        return html`
          <li class=${`lv-${level}`} key=${type}>
            <${LevelGlyph} level=${level} /><span>${type}</span>
            <span class="cs">${condition?.status ?? "–"}</span>
            <span class="c2 ell" title=${condition?.message ?? ""}>${condition?.reason ??
              "not set"}</span>
            <span class="c3 f11 r">${condition &&
              html`<${Since} at=${condition.lastTransitionAt} />`}</span>
            ${condition?.message && !["ok", "none"].includes(level) &&
              html`<span class="msg">${condition.message}</span>`}
          </li>
        `;
      })}
    </ul>
  `;
}

/** Rows of [field, desired, actual, difference or null, remark]. */
function compare({ intent, state }) {
  const { order } = intent;
  const attempt = state.attempts.at(-1);
  const behind = intent.generation - state.observedGeneration;
  const doubt = state.status === "UNKNOWN";
  const price = (value) => (value === null ? "market" : money(value));
  const wanted = intent.desired === "WORKING"
    ? ["OPEN", "PARTIALLY_FILLED", "FILLED", "PENDING_TRIGGER"]
    : ["CANCELED", "EXPIRED"];
  const agrees = state.status !== null && wanted.includes(state.status);
  const [fee] = Object.entries(state.fees);
  const unlike = (a, b) =>
    attempt !== undefined && a !== null && b !== null && Number(a) !== Number(b);
  return [
    [
      "Generation",
      intent.generation,
      state.observedGeneration || "–",
      behind === 0 ? null : state.observedGeneration ? `${behind} behind` : "not seen yet",
    ],
    [
      "Status",
      intent.desired,
      state.status ?? "–",
      agrees ? null : doubt ? "in doubt" : state.status === null ? "not there" : "differs",
    ],
    [
      "Price",
      price(order.limitPrice),
      attempt === undefined ? "–" : price(attempt.limitPrice),
      unlike(order.limitPrice, attempt?.limitPrice ?? null) ? "differs" : null,
    ],
    [
      "Amount",
      money(order.amount),
      attempt === undefined ? "–" : money(attempt.amount),
      null,
      unlike(order.amount, attempt?.amount ?? null) ? "this attempt" : null,
    ],
    [
      "Filled",
      money(order.amount),
      money(state.filledAmount),
      null,
      Number(state.remainingAmount) > 0 ? `${money(state.remainingAmount)} to go` : "all",
    ],
    [
      "Average",
      "–",
      money(state.averagePrice),
      null,
      fee === undefined ? null : `fee ${money(fee[1])} ${fee[0]}`,
    ],
  ];
}

export function DesiredActual({ view }) {
  const rows = compare(view);
  const terminal = ["COMPLETED", "CANCELED", "FAILED"].includes(view.state.reconciliationStatus);
  const differing = terminal ? 0 : rows.filter((row) => row[3]).length;
  const { bounds } = view.state;
  const doubtful = Number(bounds.possiblyLive) > 0 && view.state.status === "UNKNOWN";
  const amount = view.intent.order.amount;
  return html`
    <div class="da">
      <table>
        <thead>
          <tr>
            <th><span class="sr">Field</span></th><th>Desired</th><th>Actual</th>
            <th><${Verdict} differing=${differing} terminal=${terminal} /></th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(([field, desired, actual, difference, remark]) =>
            html`
              <tr key=${field} class=${difference && !terminal ? "diff" : ""}>
                <th scope="row">${field}</th>
                <td class="num">${desired}</td>
                <td class="num">${breakable(actual)}</td>
                <td class="r num">${(!terminal && difference) ||
                  html`<span class="c3">${remark}</span>`}</td>
              </tr>
            `
          )}
        </tbody>
      </table>
      <div class="fillline" role="img"
        aria-label=${`filled ${Math.round(share(view.state.filledAmount, amount) * 100)} percent`}>
        <i class="st-ACTIVE" style=${{
          width: `${share(view.state.filledAmount, amount) * 100}%`,
        }}></i>
        ${doubtful &&
          html`<i class="st-doubt hatch" style=${{
            width: `${share(bounds.possiblyLive, amount) * 100}%`,
          }}></i>`}
      </div>
      ${doubtful && html`
        <p class="f11 c2 row g6 st-doubt">
          <${LevelGlyph} level="warn" />Worst case: filled ${money(bounds.minFilled)} to ${" "}
          ${money(bounds.maxFilled)}, possibly live ${money(bounds.possiblyLive)}
        </p>
      `}
      ${view.state.errorMessage && html`
        <p class="f11 c2 row g6 lv-crit">
          <${LevelGlyph} level="crit" />${view.state.errorMessage}
        </p>
      `}
    </div>
  `;
}

const Verdict = ({ differing, terminal }) => {
  if (terminal) return html`<span class="row g4 end c3">final</span>`;
  return differing > 0
    ? html`
      <span class="row g4 end lv-info"><${LevelGlyph} level="info" />${differing} differ${differing ===
          1
        ? "s"
        : ""}</span>
    `
    : html`<span class="row g4 end lv-ok"><${LevelGlyph} level="ok" />agree</span>`;
};

/** PARTIALLY_FILLED may break at its underscore; it must not push the column out. */
const breakable = (text) =>
  String(text).split("_").map((part, index) => (index > 0 ? html`_<wbr />${part}` : part));

const OUTCOME = {
  ACCEPTED: ["ok", "accepted"],
  REJECTED: ["crit", "rejected"],
  UNKNOWN: ["warn", "unknown"],
  NOT_SENT: ["none", "not sent"],
  ABSENT: ["none", "absent"],
};

export function Attempts({ attempts }) {
  if (attempts.length === 0) return html`<p class="note c3">Nothing sent yet.</p>`;
  return html`
    <table class="tbl">
      <thead>
        <tr>
          <th>#</th>
          <th>Client order id</th>
          <th>Outcome</th>
          <th class="r">Filled</th>
          <th class="r">Round trip</th>
        </tr>
      </thead>
      <tbody>${[...attempts].reverse().map((attempt) =>
        html`<${Attempt} key=${attempt.attempt} attempt=${attempt} />`
      )}</tbody>
    </table>
  `;
}

function Attempt({ attempt }) {
  const { clientOrderId, exchangeOrderId, sentAt, answeredAt } = attempt;
  const [level, word] = OUTCOME[attempt.outcome] ?? ["info", "in flight"];
  const sent = sentAt === null ? "not sent yet" : `sent ${clockMs(sentAt)}`;
  return html`
    <tr>
      <td>${attempt.attempt}<span class="c3"> g${attempt.generation}</span></td>
      <td>
        <span class="row g4">
          <span class="mono" title=${`${clientOrderId}, venue id ${
            exchangeOrderId ?? "none"
          }, ${sent}`}>
            ${clientOrderId.slice(0, 6)}…${clientOrderId.slice(-4)}
          </span>
          <${Copy} text=${clientOrderId} what="client order id" />
        </span>
      </td>
      <td>
        <span class=${`row g4 lv-${level}`} title=${attempt.reason ?? ""}>
          <${LevelGlyph} level=${level} />${word}
        </span>
      </td>
      <td class="r">${money(attempt.filled)}</td>
      <td class="r c2">${sentAt !== null && answeredAt !== null
        ? `${answeredAt - sentAt} ms`
        : "–"}</td>
    </tr>
  `;
}
