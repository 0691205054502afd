/**
 * What a Binance key may do. Source: developers.binance.com, Wallet, "Get API Key Permission
 * (USER_DATA)", GET /sapi/v1/account/apiRestrictions, as read on 2026-11-21. The venue's own sandbox
 * does not answer it (testnet.binance.vision, F.A.Q.: "only the /api endpoints are available").
 */
import type { KeyPermissions } from "../../../../model/key_permissions.ts";
import { asRow, flagOf } from "../../rows/fields.ts";
import type { ReadPlan } from "../../plans/read_plan.ts";

export const binancePermissions: NonNullable<ReadPlan["permissions"]> = {
  call: () => ({ api: "sapi", path: "account/apiRestrictions", method: "GET", params: {} }),
  read: readPermissions,
};

function readPermissions(answer: unknown): KeyPermissions {
  const row = asRow(answer);
  return {
    // `enableInternalTransfer` and `permitsUniversalTransfer` move funds between the owner's own
    // wallets and sub-accounts only.
    withdraw: flagOf(row, "enableWithdrawals"),
    trade: flagOf(row, "enableSpotAndMarginTrading"),
  };
}
