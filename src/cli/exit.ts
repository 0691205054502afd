/** How a command ends: scripts read the code, people the message. */

export const EXIT = {
  done: 0,
  /** The kernel or an exchange refused, or something failed. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** No kernel answers. */
  noKernel: 3,
} as const;
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** Ends a command with its message on standard error. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  /** The newest event, where the asked-for ones are not kept any more. */
  readonly newest: number | null;

  constructor(
    message: string,
    exitCode: ExitCode = EXIT.failed,
    newest: number | null = null,
  ) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
    this.newest = newest;
  }
}
