/** What a caller may have meant with a name that is no listed canonical symbol. */
import type { Instruments } from "../src/exchanges/exchange.ts";

/** For the end of a message: empty when nothing of that name is known. */
export function nameHint({ resolve }: Instruments, name: string): string {
  const resolution = resolve?.(name);
  switch (resolution?.kind) {
    case "listed":
      return `; it is called ${resolution.symbolId} here`;
    case "delisted":
      return `; ${resolution.symbolId} is not tradable any more`;
    case "ambiguous":
      return `; the name fits ${resolution.candidates.join(", ")}`;
    default:
      return "";
  }
}
