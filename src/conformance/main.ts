/**
 * `deno task conformance --live --exchange KIND --symbol BTC/USDT`: puts an exchange's own public
 * sandbox through the suite, with keys from the environment. It never trades anywhere else. Words
 * for people go to stderr, the scorecard as JSON to stdout.
 */
import { Command, InvalidArgumentError } from "commander";
import { ConfigError } from "../model/errors.ts";
import { CCXT_KINDS, CCXT_VENUES, type CcxtKind, isCcxtKind } from "../model/exchange_kinds.ts";
import { systemClock } from "../system/clock.ts";
import { systemRandom } from "../system/random.ts";
import { type Theme, THEMES } from "./case.ts";
import { keyVariables, liveTarget } from "./live.ts";
import { runConformance } from "./mod.ts";
import type { CaseResult } from "./scorecard.ts";
import type { ConformanceTarget } from "./target.ts";

interface Flags {
  readonly live: boolean;
  readonly exchange: CcxtKind;
  readonly market?: string;
  readonly symbol: string;
  readonly themes: readonly Theme[];
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);

/** @returns the process's exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  const target = flags.live ? targetOf(flags) : refusal(flags);
  if (typeof target === "string") {
    console.error(target);
    return 2;
  }
  console.error(
    `Trading ${flags.symbol} at the sandbox of ${CCXT_VENUES[flags.exchange].name}: about a ` +
      "hundred orders of the least size the market takes, a fifth off the price or across it. " +
      "What rests is canceled and what was bought is sold as each case ends.",
  );
  try {
    const card = await runConformance(target, {
      clock: systemClock,
      themes: flags.themes,
      onResult: (result) => console.error(line(result)),
    });
    console.log(JSON.stringify(card, null, 2));
    return card.failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 2;
  }
}

function parseFlags(args: readonly string[]): Flags {
  const kind = (text: string): CcxtKind => {
    if (isCcxtKind(text)) return text;
    throw new InvalidArgumentError(`expected one of ${CCXT_KINDS.join(", ")}, got ${text}`);
  };
  const themes = (text: string): readonly Theme[] =>
    text.split(",").map((name) => {
      const known = THEMES.find((theme) => theme === name.trim());
      if (known !== undefined) return known;
      throw new InvalidArgumentError(`expected some of ${THEMES.join(", ")}, got ${name}`);
    });
  return new Command("conformance")
    .description("Puts an exchange's public sandbox through the conformance suite")
    .option("--live", "really send orders to the sandbox", false)
    .requiredOption("--exchange <kind>", `of ${CCXT_KINDS.join(", ")}`, kind)
    .option("--market <name>", "where the kind has several, e.g. linear")
    .requiredOption("--symbol <symbol>", "canonical, e.g. BTC/USDT or BTC/USDT:PERP")
    .option("--themes <a,b>", `of ${THEMES.join(", ")}`, themes, THEMES)
    .parse([...args], { from: "user" })
    .opts<Flags>();
}

function refusal({ exchange }: Flags): string {
  const names = [...keyVariables(exchange).keys()].join(", ");
  return `Nothing was sent: add --live to send orders to the sandbox of ` +
    `${CCXT_VENUES[exchange].name}, with its keys in ${names}`;
}

/** The target, or why there is none. */
function targetOf({ exchange, market, symbol }: Flags): ConformanceTarget | string {
  const { name, sandbox } = CCXT_VENUES[exchange];
  if (!sandbox) return `Nothing was sent: ${name} has no sandbox with this API`;
  const variables = [...keyVariables(exchange)];
  const missing = variables.filter(([variable]) => !Deno.env.get(variable));
  if (missing.length > 0) {
    return `Nothing was sent: ${missing.map(([variable]) => variable).join(", ")} must be set`;
  }
  const keys = Object.fromEntries(
    variables.map(([variable, field]) => [field, Deno.env.get(variable)!]),
  );
  try {
    const choice = { kind: exchange, symbolId: symbol, keys };
    return liveTarget(
      market === undefined ? choice : { ...choice, market },
      { clock: systemClock, random: systemRandom },
    );
  } catch (error) {
    if (error instanceof RangeError) return `Nothing was sent: ${error.message}`;
    throw error;
  }
}

function line({ verdict, theme, case: name, detail }: CaseResult): string {
  return `${verdict.padEnd(11)} ${theme}: ${name}${detail === "" ? "" : ` (${detail})`}`;
}
