/** Orders that depend on each other. */
import { z } from "zod";
import { GROUP_DEPTH_MAX, GROUP_ORDERS_MAX, GROUP_ORDERS_MIN } from "./limits.ts";
import { type StandardOrder, StandardOrderSchema } from "./order.ts";
import { refuse } from "./schema.ts";

/**
 * `OCO`: the first fill, even partial, cancels the others. `OUO`: the others shrink by what one
 * fills. `OTO`: the first is the parent, the others wait for it.
 */
export type GroupMode = "OCO" | "OUO" | "OTO";

/** Orders and groups that depend on each other by one rule. */
export interface StandardOrderGroup {
  readonly mode: GroupMode;
  /** 2 to 20; for OTO the parent comes first. */
  readonly orders: readonly GroupMember[];
}

/** An order, or a group in its place. */
export type GroupMember = StandardOrder | StandardOrderGroup;

export const GroupModeSchema: z.ZodType<GroupMode, unknown> = z.enum(["OCO", "OUO", "OTO"]);

/** At most 4 levels, and at most 20 orders over all of them. */
export const StandardOrderGroupSchema: z.ZodType<StandardOrderGroup, unknown> = groupAt(1)
  .superRefine((group, context) => {
    const count = ordersOf(group).length;
    if (count <= GROUP_ORDERS_MAX) return;
    refuse(context, {
      code: "GROUP_TOO_LARGE",
      message: `must have at most ${GROUP_ORDERS_MAX} orders over all levels, has ${count}`,
      path: ["orders"],
    });
  });

/** Tells the members of a group apart. */
export function isGroup(member: GroupMember): member is StandardOrderGroup {
  return "mode" in member;
}

/** Every order of a group, nested ones in place, parents before what they trigger. */
export function ordersOf(group: StandardOrderGroup): readonly StandardOrder[] {
  return group.orders.flatMap((member) => isGroup(member) ? ordersOf(member) : [member]);
}

function groupAt(depth: number): z.ZodType<StandardOrderGroup, unknown> {
  return z.strictObject({
    mode: GroupModeSchema,
    orders: z.array(memberAt(depth)).min(GROUP_ORDERS_MIN).max(GROUP_ORDERS_MAX),
  });
}

/** A union would answer "invalid input"; choosing the schema first keeps the exact field. */
function memberAt(depth: number): z.ZodType<GroupMember, unknown> {
  const nested = depth < GROUP_DEPTH_MAX ? groupAt(depth + 1) : null;
  return z.unknown().transform((input, context): GroupMember => {
    const wantsGroup = typeof input === "object" && input !== null && Object.hasOwn(input, "mode");
    if (wantsGroup && nested === null) {
      refuse(context, {
        code: "GROUP_TOO_DEEP",
        message: `must have at most ${GROUP_DEPTH_MAX} levels of groups`,
      });
      return z.NEVER;
    }
    const result = (wantsGroup ? nested! : StandardOrderSchema).safeParse(input);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      context.issues.push({ ...issue, input: undefined, continue: false });
    }
    return z.NEVER;
  });
}
