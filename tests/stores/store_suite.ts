/** Registers the exported suite's behaviours as tests of one kind of store. */
import { playStoreCase, STORE_CASES } from "../../src/conformance/store/suite.ts";
import type { StoreTarget } from "../../src/conformance/store/subject.ts";

export function storeSuite(target: StoreTarget): void {
  for (const each of STORE_CASES) {
    Deno.test(`${target.name} store: ${each.name}`, () => playStoreCase(target, each));
  }
}
