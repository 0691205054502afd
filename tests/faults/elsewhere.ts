/** Faults of the process, the disk and the machine: no wire protocol shows them; these tests do. */

export interface ElsewhereRow {
  readonly fault: string;
  readonly right: string;
  /** Each file holds a test whose name contains the text. */
  readonly shownBy: readonly (readonly [file: string, test: string])[];
}

export const ELSEWHERE: readonly ElsewhereRow[] = [
  {
    fault: "kill -9 at any await",
    right: "nothing acknowledged is lost, nothing is sent twice",
    shownBy: [
      ["tests/kill/kill_test.ts", "killed while it trades loses, doubles and misjudges nothing"],
      ["tests/stores/sqlite_kill_test.ts", "kill -9 loses no acknowledged intent"],
    ],
  },
  {
    fault: "fsync error, disk full",
    right: "no order is sent any more, nothing is tried twice, the kernel closes with a StoreError",
    shownBy: [
      ["tests/process/disk_full_test.ts", "on a full disk no order leaves, a cancel does"],
      ["tests/stores/sqlite_failure_test.ts", "a full disk fails the store"],
      ["tests/stores/sqlite_failure_test.ts", "a failed commit is never tried again"],
      ["tests/stores/sqlite_failure_test.ts", "a file that has become read-only fails the store"],
    ],
  },
  {
    fault: "the process is frozen (SIGSTOP) and goes on later",
    right: "nothing is sent late; what happened meanwhile is read back",
    shownBy: [["tests/process/freeze_test.ts", "sends nothing late"]],
  },
  {
    fault: "the wall clock is set",
    right: "nothing is proven by it, no look is put off by it",
    shownBy: [
      ["tests/process/clock_step_test.ts", "a wall clock that jumps ahead proves no order absent"],
      ["tests/process/clock_step_test.ts", "a wall clock set back puts off no look"],
    ],
  },
  {
    fault: "torn write",
    right: "a turn is stored as a whole or not at all; a damaged file is refused",
    shownBy: [
      ["tests/stores/sqlite_crash_test.ts", "a commit torn by a crash is gone as a whole"],
      ["tests/stores/sqlite_open_test.ts", "damaged and truncated files are refused"],
    ],
  },
  {
    fault: "two kernels, one data directory",
    right: "the second is refused by the first one's process id",
    shownBy: [
      ["tests/stores/sqlite_open_test.ts", "an open by another process is refused by its id"],
    ],
  },
];
