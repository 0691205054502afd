/** The dead-man's switch of one exchange: what it needs of its surroundings, wired once. */
import { isTerminal } from "../machines/intent_context.ts";
import type { Clock } from "../src/model/clock.ts";
import type { Book } from "./book.ts";
import { DeadMan, type DeadManTrouble } from "./dead_man.ts";
import type { Exchange } from "./exchange.ts";

export interface ExchangeDeadManPorts {
  /** Undefined where none was asked for. */
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
  readonly onTrouble: (trouble: DeadManTrouble) => void;
}

/** Null where none was asked for, or the venue has none. */
export function openDeadMan(exchange: Exchange, ports: ExchangeDeadManPorts): DeadMan | null {
  const { adapter, runner, book } = exchange;
  const { timeoutMs, clock, onTrouble } = ports;
  const arm = adapter.execution.armDeadMansSwitch?.bind(adapter.execution);
  if (timeoutMs === undefined || arm === undefined) return null;
  let covered: ReadonlySet<string> = new Set();
  return new DeadMan({
    timeoutMs,
    clock,
    runner,
    arm: async (wanted) => {
      const symbolIds = [...liveSymbols(book)];
      const outcome = await arm(wanted, symbolIds);
      if (outcome.kind === "armed") covered = new Set(wanted === null ? [] : symbolIds);
      return outcome;
    },
    ...(isOfSymbols(adapter) ? { isUncovered: () => isUncovered(book, covered) } : {}),
    isConnected: () => adapter.isConnected,
    hasLiveOrders: () => hasLiveOrders(book),
    onTrouble,
  });
}

function isOfSymbols({ capabilities: { deadMansSwitch } }: Exchange["adapter"]): boolean {
  return deadMansSwitch?.kind === "timer" && deadMansSwitch.scope === "symbol";
}

function isUncovered(book: Book, covered: ReadonlySet<string>): boolean {
  for (const symbolId of symbolsOf(book)) if (!covered.has(symbolId)) return true;
  return false;
}

function liveSymbols(book: Book): ReadonlySet<string> {
  return new Set(symbolsOf(book));
}

/** Whether the venue may hold an order of ours. */
function hasLiveOrders(book: Book): boolean {
  return symbolsOf(book).next().done !== true;
}

/** Of each order of ours that the venue may hold. */
function* symbolsOf(book: Book): Generator<string> {
  for (const { context, symbolId } of book.entries()) {
    if (!isTerminal(context.phase) && context.attempts.length > 0) yield symbolId;
  }
}
