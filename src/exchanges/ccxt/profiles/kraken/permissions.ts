/**
 * What a Kraken key may do. Source: docs.kraken.com/api-reference/account-data/get-api-key-info,
 * "API Key Permissions Required: None", read on 2026-11-21.
 */
import type { KeyPermissions } from "../../../../model/key_permissions.ts";
import { asRow, asRows } from "../../rows/fields.ts";
import type { ReadPlan } from "../../plans/read_plan.ts";

export const krakenPermissions: NonNullable<ReadPlan["permissions"]> = {
  call: () => ({ api: "private", path: "GetApiKeyInfo", method: "POST", params: {} }),
  read: readPermissions,
};

/** The documented list has 13 names. */
const PERMISSIONS_MAX = 100;

/** `{"result":{"api_key_name":"…","permissions":["query-funds","modify-trades"],…}}` */
function readPermissions(answer: unknown): KeyPermissions {
  const result = asRow(asRow(answer)["result"]);
  const permissions = asRows(result["permissions"], PERMISSIONS_MAX);
  return {
    withdraw: permissions.includes("withdraw-funds"),
    trade: permissions.includes("modify-trades") && permissions.includes("close-trades"),
  };
}
