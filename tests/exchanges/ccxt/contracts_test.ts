import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { contractsOf, unitsOf } from "../../../src/exchanges/ccxt/rows/contracts.ts";
import { type Decimal, decimal } from "../../../src/model/decimal.ts";
import { type SymbolMetadata, SymbolMetadataSchema } from "../../../src/model/instrument.ts";
import { symbolMetadataInput } from "../../model/builders.ts";

const SPOT: SymbolMetadata = SymbolMetadataSchema.parse(symbolMetadataInput());

function market(contractSize: string | null, step: string): SymbolMetadata {
  return {
    ...SPOT,
    amount: { ...SPOT.amount, step: decimal(step) },
    instrument: {
      ...SPOT.instrument,
      contractSize: contractSize === null ? null : decimal(contractSize),
    },
  };
}

Deno.test("contracts: a quantity off the step is no number of contracts", () => {
  // OKX: contracts of 0.01 BTC in lots of 0.01 contracts.
  const okx = market("0.01", "0.0001");
  assertEquals<unknown>(contractsOf(decimal("1.2345"), okx), "123.45");
  assertEquals(contractsOf(decimal("1.23456"), okx), null);
  const coinbase = market("0.01", "0.01");
  assertEquals<unknown>(contractsOf(decimal("0.07"), coinbase), "7");
  assertEquals(contractsOf(decimal("0.075"), coinbase), null);
});

Deno.test("contracts: where a quantity does not come out even there is none", () => {
  assertEquals(contractsOf(decimal("1"), market("3", "1")), null);
  assertEquals<unknown>(contractsOf(decimal("6"), market("3", "1")), "2");
});

Deno.test("contracts: spot quantities stay what they are", () => {
  assertEquals<unknown>(contractsOf(decimal("0.5"), market(null, "0.1")), "0.5");
  assertEquals<unknown>(unitsOf(decimal("0.5"), null), "0.5");
});

Deno.test("contracts: digits that would be lost are refused", () => {
  const fine = decimal("0.000000000000000001");
  assertThrows(() => unitsOf(fine, decimal("0.1")), RangeError, "too many decimals");
  assertEquals<unknown>(unitsOf(fine, decimal("10")), "0.00000000000000001");
});

Deno.test("contracts: there and back again is the same quantity", () => {
  const size = fc.constantFrom("0.0001", "0.01", "0.1", "1", "10", "100", "1000000");
  const lot = fc.constantFrom("0.01", "0.1", "1");
  fc.assert(
    fc.property(size, lot, fc.integer({ min: 0, max: 1_000_000_000 }), (size, lot, lots) => {
      const contracts: Decimal = unitsOf(decimal(lots), decimal(lot));
      const contractSize = decimal(size);
      const listed = market(size, unitsOf(decimal(lot), contractSize));
      assertEquals(contractsOf(unitsOf(contracts, contractSize), listed), contracts);
    }),
    { seed: 20261121, numRuns: 500 },
  );
});
