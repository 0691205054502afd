/** `xk kill-switch`: stops all trading, releases it, or tells how it stands. */
import { type Command, InvalidArgumentError } from "commander";
import type { KillSwitchState } from "../model/kill_switch.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, EXIT } from "./exit.ts";

const PATH = "/v1/kill-switch";

/** @param contextOf reaches the kernel once a command knows that it needs it. */
export function addKillSwitch(program: Command, contextOf: () => Promise<CommandContext>): void {
  const command = program.command("kill-switch")
    .description("Stops all trading and cancels every order, until it is released.");
  command.command("on")
    .description("Engages it: xk kill-switch on --reason 'prices look wrong'")
    .requiredOption("-r, --reason <text>", "for people; every refusal shows it")
    .action(async ({ reason }: { readonly reason: string }) => {
      const { client, print } = await contextOf();
      const { epoch } = await client.put<KillSwitchState>(PATH, { engaged: true, reason });
      print(
        `kill switch engaged (epoch ${epoch}): nothing is placed, every order is being canceled\n` +
          `release it with: xk kill-switch off --epoch ${epoch}\n`,
      );
    });
  command.command("off")
    .description("Releases one engagement; what was canceled stays canceled.")
    .requiredOption("--epoch <number>", "as `on` and `status` tell it", epochOf)
    .action(async ({ epoch }: { readonly epoch: number }) => {
      const { client, print } = await contextOf();
      await client.put<KillSwitchState>(PATH, { engaged: false, epoch });
      print(`kill switch released (epoch ${epoch}): orders may be placed again\n`);
    });
  command.command("status")
    .description("Tells whether it is engaged, since when and why; exit code 1 if it is.")
    .action(async () => {
      const { client, print } = await contextOf();
      const state = await client.get<KillSwitchState>(PATH);
      print(statusText(state));
      if (state.engaged) throw new CommandError("the kill switch is engaged", EXIT.failed);
    });
}

function statusText({ engaged, epoch, reason, engagedAt, releasedAt }: KillSwitchState): string {
  if (epoch === 0) return "kill switch: never engaged\n";
  // A reason is text that somebody wrote: a terminal would obey its control characters.
  const why = (reason ?? "-").replace(/\p{Cc}/gu, "·");
  const head = `kill switch: ${engaged ? "ENGAGED" : "released"}\nepoch:       ${epoch}\n`;
  const since = `reason:      ${why}\nengaged:     ${timeText(engagedAt)}\n`;
  return head + since + (engaged ? "" : `released:    ${timeText(releasedAt)}\n`);
}

function timeText(at: number | null): string {
  return at === null ? "-" : new Date(at).toISOString();
}

function epochOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected the number of an engagement");
}
