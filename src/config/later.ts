/**
 * Settings that are specified but not built yet. They are refused by name: a setting that is read
 * and not obeyed is worse than none, above all one that should limit a loss.
 */
import type { Path } from "./interpolation.ts";
import type { Mistakes } from "./mistakes.ts";

interface Later {
  readonly isMeant: (value: unknown) => boolean;
  readonly reason: string;
}

const OF_KERNEL: Readonly<Record<string, Later>> = {
  risk: {
    isMeant: () => true,
    reason: "not available in this version: remove the section, no cap in it would be enforced",
  },
};

const OF_EXCHANGE: Readonly<Record<string, Later>> = {
  mode: {
    isMeant: (value) => value === "observe",
    reason: "observe is not available in this version; expected live",
  },
  exclusiveAccount: {
    isMeant: (value) => value === true || value === "true",
    reason: "true is not available in this version; expected false",
  },
};

/** Adds a mistake for each of them that the kernel's own sections set. */
export function refuseLaterKernel(value: unknown, mistakes: Mistakes): void {
  refuse(value, { later: OF_KERNEL, base: [], mistakes });
}

/** As {@linkcode refuseLaterKernel}, for the section of one exchange at `base`. */
export function refuseLaterExchange(value: unknown, base: Path, mistakes: Mistakes): void {
  refuse(value, { later: OF_EXCHANGE, base, mistakes });
}

interface Place {
  readonly later: Readonly<Record<string, Later>>;
  readonly base: Path;
  readonly mistakes: Mistakes;
}

function refuse(value: unknown, { later, base, mistakes }: Place): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const rule = Object.hasOwn(later, key) ? later[key] : undefined;
    if (rule?.isMeant(item) !== true) continue;
    mistakes.add([...base, key], rule.reason, base.length === 0 ? "key" : "value");
  }
}
