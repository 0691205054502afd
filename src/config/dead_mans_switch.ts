/** What has to be true of an exchange whose dead-man's switch is to be kept armed. */
import type { Path } from "./interpolation.ts";
import type { Mistakes } from "./mistakes.ts";
import type { ExchangeConfig } from "./schema.ts";

/** Venues without one; asking for it there would be a false comfort. */
const NONE: Readonly<Record<string, string>> = {
  "binance spot":
    "Binance spot has no dead-man's switch: nothing would cancel orders for us; remove it",
};

/** Adds a mistake where it is asked for in vain, or would cancel the orders of others. */
export function checkDeadMansSwitch(
  section: ExchangeConfig,
  base: Path,
  mistakes: Mistakes,
): void {
  const { kind, deadMansSwitch, exclusiveAccount, mode } = section;
  if (deadMansSwitch === undefined) return;
  const path = [...base, "deadMansSwitch"];
  const market = "market" in section ? ` ${String(section.market)}` : "";
  const none = NONE[kind + market];
  if (none !== undefined) mistakes.add(path, none, "key");
  else if (mode === "observe") {
    mistakes.add(path, "mode observe sends nothing, so it cannot be kept armed", "key");
  } else if (!exclusiveAccount) {
    const rule = "needs exclusiveAccount: true: it would cancel the orders of others too";
    mistakes.add(path, rule, "key");
  }
}
