/**
 * What an error of OKX proves. Source: OKX API guide v5, "Error Code" of the REST API and of the
 * WebSocket (okx.com/docs-v5/en/#error-code), as read on 2026-11-21. Not listed, because they leave
 * the execution open: 1, 2, 50001, 50004 ("does not mean that the request was successful or
 * failed"), 50005 ("offline or unavailable"), 50013, 50026, 51054, 51149 (same words as 50004), 51410.
 */
import type { Action, ErrorRule, VenueError } from "../../plans/answer_plan.ts";

/**
 * `{"code":"1","data":[{"clOrdId":"","ordId":"","sCode":"51119","sMsg":"…"}],"msg":""}` for an order
 * that is refused, `{"code":"50111","data":[],"msg":"Invalid OK-ACCESS-KEY"}` for a request. What
 * the row says prevails; one order is in one row here.
 */
export function errorOf(value: object): VenueError | null {
  const { code, msg, data } = value as Partial<Record<"code" | "msg" | "data", unknown>>;
  const [first] = Array.isArray(data) ? data : [];
  const row = typeof first === "object" && first !== null ? first as Record<string, unknown> : {};
  const { sCode, sMsg } = row;
  if (typeof sCode === "string" && sCode !== "" && sCode !== SUCCESS) {
    return { code: sCode, message: typeof sMsg === "string" ? sMsg : "" };
  }
  if (code === SUCCESS || code === 0) return null;
  const told = typeof code === "string" || typeof code === "number" ? String(code) : null;
  return { code: told, message: typeof msg === "string" && msg !== "" ? msg : `code ${told}` };
}

const SUCCESS = "0";

function refused(reason: string, codes: readonly string[], on?: Action): readonly ErrorRule[] {
  return codes.map((code) => ({
    code,
    verdict: "refused",
    reason,
    ...(on === undefined ? {} : { on }),
  }));
}

function later(codes: readonly string[]): readonly ErrorRule[] {
  return codes.map((code) => ({ code, verdict: "refused", reason: "RATE_LIMITED", later: true }));
}

function notFound(on: Action, codes: readonly string[]): readonly ErrorRule[] {
  return codes.map((code) => ({ code, verdict: "notFound", reason: "UNKNOWN_ORDER", on }));
}

export const OKX_ERRORS: readonly ErrorRule[] = [
  // The id may belong to the order whose answer was lost: look it up and adopt.
  { code: "51016", verdict: "duplicate", reason: "DUPLICATE_ID" },
  { code: "50071", verdict: "duplicate", reason: "DUPLICATE_ID" },
  ...notFound("read", ["51603"]),
  ...notFound("cancel", ["51400", "51401", "51402", "51405", "51603"]),
  ...notFound("amend", ["51400", "51503", "51509", "51510", "51603"]),
  ...later(["50011", "50040", "50061"]),
  ...refused("INSUFFICIENT_FUNDS", ["51008", "51119", "51127", "51131", "51502"]),
  // "The request will not be processed if the current system time … is after the expTime."
  ...refused("INVALID_TIMESTAMP", ["50036", "50037", "50102", "50107", "50112"]),
  ...refused("INVALID_SIGNATURE", ["50113"]),
  ...refused("AUTHENTICATION", ["50100", "50101", "50103", "50104", "50105", "50106", "50110"]),
  ...refused("AUTHENTICATION", ["50111", "50114", "50119"]),
  ...refused("PERMISSION", ["50007", "50008", "50012", "50027", "50029", "50030", "50032"]),
  ...refused("PERMISSION", ["50033", "50035", "50051", "50052", "50120", "51009", "51024"]),
  ...refused("PERMISSION", ["51155"]),
  ...refused("INVALID_SYMBOL", ["51001", "51002", "51015", "51026", "51087"]),
  ...refused("MARKET_CLOSED", ["51021", "51022", "51027", "51028", "51029", "51030"]),
  ...refused("MARKET_CLOSED", ["51110", "51124", "51196", "51197"]),
  ...refused("FILTER", ["51004", "51005", "51006", "51007", "51020", "51031", "51033"]),
  ...refused("FILTER", ["51101", "51102", "51103", "51104", "51105", "51106", "51107"]),
  ...refused("FILTER", ["51116", "51120", "51121", "51122", "51129", "51135", "51136"]),
  ...refused("FILTER", ["51137", "51138", "51150", "51185", "51187", "51201", "51202"]),
  ...refused("FILTER", ["51203", "50122"]),
  ...refused("MAX_OPEN_ORDERS", ["51025", "51174"]),
  ...refused("REDUCE_ONLY_REJECTED", ["51023", "51112", "51148", "51169", "51170", "51171"]),
  ...refused("REDUCE_ONLY_REJECTED", ["51205", "51206"]),
  ...refused("UNSUPPORTED", ["51010", "51066", "51133", "51139", "51403", "51404", "51506"]),
  ...refused("UNSUPPORTED", ["51508", "50038", "50062"]),
  ...refused("INVALID_REQUEST", ["50000", "50002", "50006", "50014", "50015"]),
  ...refused("INVALID_REQUEST", ["50016", "50024", "50025", "50115", "51000", "51003"]),
  ...refused("INVALID_REQUEST", ["51204", "51407", "51408", "51500"]),
  // "Number of modification requests that are currently in progress … cannot exceed 3."
  { code: "51513", on: "amend", verdict: "refused", reason: "RATE_LIMITED", later: true },
];
