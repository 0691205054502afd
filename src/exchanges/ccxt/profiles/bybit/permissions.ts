/**
 * What a Bybit key may do. Source: bybit-exchange.github.io/docs/v5/user/apikey-info, GET
 * /v5/user/query-api, read on 2026-11-21.
 */
import { asRow, asRows, type Row, RowError } from "../../rows/fields.ts";
import type { KeyPermissions } from "../../../../model/key_permissions.ts";
import type { ReadPlan } from "../../plans/read_plan.ts";
import type { BybitCategory } from "./entry.ts";

export function bybitPermissions(category: BybitCategory): NonNullable<ReadPlan["permissions"]> {
  return {
    call: () => ({ api: "private", path: "v5/user/query-api", method: "GET", params: {} }),
    read: (answer) => readPermissions(answer, category),
  };
}

/**
 * `{"result":{"readOnly":0,"permissions":{"ContractTrade":["Order","Position"],"Spot":["SpotTrade"],`
 * `"Wallet":["AccountTransfer","SubMemberTransfer"],…}}}`. The two transfers named here stay within
 * the owner's own wallets and sub-accounts.
 */
function readPermissions(answer: unknown, category: BybitCategory): KeyPermissions {
  const result = asRow(asRow(answer)["result"]);
  const { readOnly } = result;
  if (readOnly !== 0 && readOnly !== 1) throw new RowError("readOnly is neither 0 nor 1");
  const groups = asRow(result["permissions"]);
  const trades = category === "spot"
    ? granted(groups, "Spot").includes("SpotTrade")
    : granted(groups, "ContractTrade").includes("Order");
  return {
    withdraw: granted(groups, "Wallet").some((name) =>
      name === "Withdraw" || name === "Withdrawal"
    ),
    trade: readOnly === 0 && trades,
  };
}

function granted(groups: Row, group: string): readonly unknown[] {
  const list = groups[group];
  return list === undefined || list === null ? [] : asRows(list, GRANTS_MAX);
}

/** The documentation lists four names in the largest group. */
const GRANTS_MAX = 64;
