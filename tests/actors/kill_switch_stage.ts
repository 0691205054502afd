/** What the tests of the kill switch do to a kernel on paper, and look at. */
import { type PaperKernel, RESTING } from "./paper_kernel.ts";

/** `cancels` counts what reached the venue; `submits` likewise. */
export function watch(
  kernel: PaperKernel,
  id = "a",
): { readonly cancels: string[]; readonly submits: string[] } {
  const { execution } = kernel.exchange(id).adapter;
  const seen = { cancels: [] as string[], submits: [] as string[] };
  const cancel = execution.cancel.bind(execution);
  const submit = execution.submit.bind(execution);
  execution.cancel = (ref, gate) => {
    seen.cancels.push(ref.clientOrderId);
    return cancel(ref, gate);
  };
  execution.submit = async (request, gate) => {
    const outcome = await submit(request, gate);
    if (outcome.kind !== "notSent") seen.submits.push(request.clientOrderId);
    return outcome;
  };
  return seen;
}

export async function placeResting(
  kernel: PaperKernel,
  count: number,
  id = "a",
): Promise<string[]> {
  const placed = Array.from(
    { length: count },
    () => kernel.kernel.exchange(id).placeOrder(RESTING),
  );
  await kernel.run(100);
  return await Promise.all(placed);
}

export function openOrders(kernel: PaperKernel, id = "a"): number {
  return kernel.exchangeEngine(id).engine.openOrders("main").length;
}

export function stateOf(kernel: PaperKernel, intentId: string, id = "a"): string {
  return kernel.kernel.exchange(id).getOrderState(intentId).reconciliationStatus;
}

export async function done<T>(kernel: PaperKernel, work: Promise<T>): Promise<T> {
  await kernel.run(100);
  return await work;
}
