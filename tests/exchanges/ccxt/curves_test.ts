import { assert, assertEquals } from "@std/assert";
import { createRequire } from "node:module";
import { shrinkCurveTable } from "../../../src/exchanges/ccxt/curves.ts";

interface Library {
  readonly secp256k1: {
    sign(message: Uint8Array, key: Uint8Array, options: { readonly prehash: false }): Uint8Array;
  };
}

Deno.test("curves: ccxt's library is found, and signs the same with a smaller table", () => {
  const load = createRequire(import.meta.resolve("ccxt/base/functions/crypto.js"));
  const { secp256k1 }: Library = load("@noble/curves/secp256k1.js");
  const sign = () =>
    secp256k1.sign(new Uint8Array(32).fill(7), new Uint8Array(32).fill(9), { prehash: false });
  const signature = sign();
  assert(shrinkCurveTable());
  assertEquals(sign(), signature);
});
