/** The routes of the kill switch. */
import { z } from "zod";
import type { Kernel } from "../model/facade.ts";
import { KillReasonSchema } from "../model/kill_switch.ts";
import { readBody } from "./body.ts";
import { json, type Route } from "./routes.ts";

export const KillSwitchRequest = z.discriminatedUnion("engaged", [
  z.strictObject({ engaged: z.literal(true), reason: KillReasonSchema }),
  z.strictObject({
    engaged: z.literal(false),
    epoch: z.int().min(1).describe("Of the engagement that is to end"),
  }),
], "must be { engaged: true, reason } or { engaged: false, epoch }");

export const KillSwitchResponse = z.strictObject({
  engaged: z.boolean(),
  epoch: z.int().describe("Number of the newest engagement; 0 before the first"),
  reason: z.string().nullable(),
  engagedAt: z.int().nullable().describe("Milliseconds since 1970"),
  releasedAt: z.int().nullable().describe("Milliseconds since 1970"),
});

const PATH = "/v1/kill-switch";

export const KILL_SWITCH_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    access: "read",
    summary: "Whether all trading is stopped, and why",
    status: 200,
    response: KillSwitchResponse,
    handle: ({ kernel }) => stateResponse(kernel),
  },
  {
    method: "PUT",
    path: PATH,
    access: "write",
    summary: "Stops all trading and cancels every order, or releases the engagement that is named",
    status: 200,
    body: KillSwitchRequest,
    response: KillSwitchResponse,
    isCancel: true,
    handle: async ({ kernel, request }) => {
      const wanted = await readBody(request, KillSwitchRequest);
      if (wanted.engaged) await kernel.killSwitch.engage(wanted.reason);
      else await kernel.killSwitch.release(wanted.epoch);
      return stateResponse(kernel);
    },
  },
];

function stateResponse({ killSwitch }: Kernel): Response {
  return json(killSwitch.state);
}
