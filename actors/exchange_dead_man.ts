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
  return new DeadMan({
    timeoutMs,
    clock,
    runner,
    arm,
    isConnected: () => adapter.isConnected,
    hasLiveOrders: () => hasLiveOrders(book),
    onTrouble,
  });
}

/** Whether the venue may hold an order of ours. */
function hasLiveOrders(book: Book): boolean {
  for (const { context } of book.entries()) {
    if (!isTerminal(context.phase) && context.attempts.length > 0) return true;
  }
  return false;
}
