/** What a command works with: the kernel it talks to, the terminal, and what its words mean. */
import type { Clock } from "../model/clock.ts";
import type { IntentView } from "../model/facade.ts";
import type { ExchangeHealth } from "../model/health.ts";
import { type Client, pathOf } from "./client.ts";
import { CommandError, EXIT } from "./exit.ts";

export type Output = "table" | "json" | "yaml";

export interface CommandContext {
  readonly client: Client;
  readonly clock: Clock;
  /** Standard output. */
  readonly print: (text: string) => void;
  /** Standard error. */
  readonly warn: (text: string) => void;
  /** Looks the kernel up anew: one that was started again has another token. */
  readonly reopen: () => Promise<Client>;
  /** Ends what would go on for ever. */
  readonly signal: AbortSignal;
}

/** @returns the given exchange, or the names of all. */
export async function exchangesOf(
  { client }: CommandContext,
  given: string | undefined,
): Promise<readonly string[]> {
  if (given !== undefined) return [given];
  const { items } = await client.get<{ readonly items: readonly ExchangeHealth[] }>(
    "/v1/exchanges",
  );
  return items.map(({ exchangeId }) => exchangeId);
}

/** @throws {CommandError} when there are several and none is named. */
export async function oneExchange(
  context: CommandContext,
  given: string | undefined,
): Promise<string> {
  const [first, ...others] = await exchangesOf(context, given);
  if (first !== undefined && others.length === 0) return first;
  const names = first === undefined ? "none" : [first, ...others].join(", ");
  throw new CommandError(`name one exchange with --exchange; there are ${names}`, EXIT.usage);
}

/** Intent ids are unique within an exchange only, so a name found twice needs `--exchange`. */
export async function findIntent(
  context: CommandContext,
  intentId: string,
  given: string | undefined,
): Promise<readonly [string, IntentView]> {
  const exchanges = await exchangesOf(context, given);
  const found: (readonly [string, IntentView])[] = [];
  let failure: unknown = null;
  for (const exchange of exchanges) {
    const path = `${pathOf(exchange)}/intents/${encodeURIComponent(intentId)}`;
    try {
      found.push([exchange, await context.client.get<IntentView>(path)]);
    } catch (error) {
      failure = error;
    }
  }
  const [first, ...others] = found;
  if (first === undefined) {
    throw failure ?? new CommandError(`there is no intent ${intentId}: there are no exchanges`);
  }
  if (others.length === 0) return first;
  const names = found.map(([exchange]) => exchange).join(", ");
  throw new CommandError(
    `${intentId} is an intent of ${names}: name one with --exchange`,
    EXIT.usage,
  );
}
