/** Why exchanges take no orders, for people: at the start and below their list. */
import type { ExchangeHealth } from "../model/health.ts";
import { textOf } from "./table.ts";

/** @returns nothing where all of them take orders, else a block of lines. */
export function notReadyText(exchanges: readonly ExchangeHealth[]): string {
  const lines = exchanges.flatMap(({ exchangeId, state, reason }) => {
    if (reason === null) return [];
    // A reason may quote a venue's option names or a person: nothing of it steers the terminal.
    const subject = state === "ready" ? exchangeId : `${exchangeId} is ${state}`;
    return [`  ${subject}: ${textOf(reason.why)}`, `    next: ${textOf(reason.nextStep)}`];
  });
  return lines.length === 0 ? "" : `These take no orders now:\n\n${lines.join("\n")}\n`;
}
