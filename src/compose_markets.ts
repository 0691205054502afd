/** Lets an adapter listen to the market of another exchange of its kernel. */
import type { AdapterContext } from "./exchanges/registry.ts";
import { ConfigError } from "./model/errors.ts";
import type { Kernel } from "./model/facade.ts";
import { KernelClosedError } from "./model/errors.ts";

export interface Markets {
  /** For the adapter of one exchange. */
  around(exchangeId: string): NonNullable<AdapterContext["marketOf"]>;
  /** The kernel is made; before, nobody's market can be had. */
  bind(kernel: Pick<Kernel, "exchange">): void;
}

/** @param exchangeIds those that are configured and enabled */
export function openMarkets(exchangeIds: readonly string[]): Markets {
  let bound: Pick<Kernel, "exchange"> | null = null;
  return {
    bind: (kernel) => bound = kernel,
    around: (self) => (other, field) => {
      const known = exchangeIds.filter((id) => id !== self);
      if (!known.includes(other)) {
        const names = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
        throw new ConfigError(`${field}: must name another exchange (${names}), got ${other}`, {
          field,
        });
      }
      return () => {
        if (bound === null) throw new KernelClosedError(`Cannot use ${other}: it is not made yet`);
        return bound.exchange(other).marketData;
      };
    },
  };
}
