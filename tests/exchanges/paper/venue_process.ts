/**
 * A venue in a process of its own, to be killed: prints the client id of each order once the venue
 * has accepted it. Argument: the state file.
 */
import { request, stage } from "./adapter_builders.ts";

const [statePath] = Deno.args;
const on = await stage({ statePath });
for (let nth = 0;; nth++) {
  const clientOrderId = `order-${nth}`;
  const outcome = await on.adapter.execution.submit(request(on, clientOrderId), on.gate);
  if (outcome.kind === "accepted") Deno.stdout.writeSync(line(clientOrderId));
  const canceled = await on.adapter.execution.cancel(
    { symbolId: "BTC/USDT", clientOrderId, exchangeOrderId: null },
    on.gate,
  );
  if (canceled.kind === "accepted") Deno.stdout.writeSync(line(`canceled ${clientOrderId}`));
}

function line(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\n`);
}
