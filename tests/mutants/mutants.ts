/**
 * Bugs that a kernel of this kind is tempted to have, as small changes of its source. The simulator
 * must find each of them; a change that no longer applies is a failure, so that the list keeps up
 * with the code. Two of the plan wait for what is not built: "OCO leg not canceled" and
 * "protection lost on restart" need groups and protecting orders.
 */

export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** What it does wrong. */
  readonly why: string;
  readonly edits: readonly Edit[];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "no dedupe",
    why: "a trade that is told twice is booked twice",
    edits: [{
      file: "actors/fill_keys.ts",
      find: "if (keys.has(key)) continue;",
      replace: "",
    }],
  },
  {
    name: "random client id",
    why: "the id on the wire is not the one that was stored",
    edits: [{
      file: "actors/dispatcher.ts",
      find: "execution.submit({ clientOrderId,",
      replace: "execution.submit({ clientOrderId: clientOrderId.slice(0, 28) + " +
        'String(Math.floor(this.#o.clock.now() * 7919) % 10_000).padStart(4, "0"),',
    }],
  },
  {
    name: "retry on timeout",
    why: "an order whose outcome is unknown is sent again at once",
    edits: [{
      file: "actors/dispatcher.ts",
      find: "execution.submit({ clientOrderId, order, amount, deadline }, wire)",
      replace: "execution.submit({ clientOrderId, order, amount, deadline }, wire)" +
        ".then((first) => first.kind === 'unknown' " +
        "? execution.submit({ clientOrderId, order, amount, deadline }, wire) : first)",
    }],
  },
  {
    name: "replace before the cancel is proven",
    why: "the next attempt does not wait for the end of the one before",
    edits: [{
      file: "machines/reconcile.ts",
      find: 'return { phase: "RECONCILING.replacing", wishes, cause: null };',
      replace: "return attempt.cancelFor === null " +
        '? { phase: "RECONCILING.replacing", wishes, cause: null } ' +
        ': { phase: "PENDING.ready", wishes: [...wishes, { type: "ticket" }], cause: null };',
    }],
  },
  {
    name: "ignore kill",
    why: "what was granted before the kill switch still leaves after it",
    edits: [{
      file: "actors/gate.ts",
      find: "if (this.latch.refusal !== null) return this.latch.refusal;",
      replace: "",
    }],
  },
  {
    name: "open-orders-only look-up",
    why: "an order that is not listed as open is taken for absent",
    edits: [{
      file: "actors/dispatcher.ts",
      find: "await execution.lookup(refOf(target, attempt)).catch(failed)",
      replace: `await execution.openOrders(target.symbolId).then((read) => {
        if (read.kind === "failed") return read;
        const order = read.value.find((o) => o.clientOrderId === attempt.clientOrderId);
        const { venueTime } = read;
        return order === undefined
          ? { kind: "absent" as const, venueTime }
          : { kind: "found" as const, order, venueTime };
      }).catch(failed)`,
    }],
  },
  {
    name: "trust cancel answer",
    why: "an accepted cancel is taken for the end of the order, as it was last known",
    edits: [{
      file: "machines/absorb.ts",
      find: "  return wantRead(next, event.attempt, readAt);",
      replace: '  if (outcome.kind === "unknown") return wantRead(next, event.attempt, readAt);\n' +
        "  return updateAttempt(next, event.attempt, " +
        '(a) => ({ ...a, outcome: "ACCEPTED" as const, status: a.status === "FILLED" ? a.status : "CANCELED" }));',
    }],
  },
  {
    name: "5xx = reject",
    why: "a server error is taken for a refusal",
    edits: [{
      file: "machines/absorb.ts",
      find: 'answered({ outcome: "UNKNOWN", reason: outcome.cause.code })',
      replace: "answered({ outcome: " +
        'outcome.cause.code === "SERVER_ERROR" ? "REJECTED" : "UNKNOWN", ' +
        "reason: outcome.cause.code })",
    }],
  },
  {
    name: "timeout = failed",
    why: "an order that was not answered in time is taken for refused",
    edits: [{
      file: "machines/absorb.ts",
      find: 'answered({ outcome: "UNKNOWN", reason: outcome.cause.code })',
      replace: "answered({ outcome: " +
        '["TIMEOUT", "CONNECTION_RESET"].includes(outcome.cause.code) ? "REJECTED" : "UNKNOWN", ' +
        "reason: outcome.cause.code })",
    }, {
      file: "machines/absorb.ts",
      find: 'const unproven = { outcome: "UNKNOWN", reason: "TIMEOUT" } as const;',
      replace: 'const unproven = { outcome: "REJECTED", reason: "TIMEOUT" } as const;',
    }],
  },
  {
    name: "no limiter",
    why: "requests leave whatever the budgets say",
    edits: [{
      file: "machines/budgets.ts",
      find: "waitMs = Math.max(waitMs, heldMs, waitForTokens(bucket, amount, tier));",
      replace: "waitMs = Math.min(0, heldMs, waitForTokens(bucket, amount, tier));",
    }],
  },
  {
    name: "limiter full at boot",
    why: "a restart forgets what was spent a moment ago",
    edits: [{
      file: "machines/token_bucket.ts",
      find: 'tokens: budget.kind === "allowance" ? capacity * parts : reserve,',
      replace: "tokens: burst,",
    }],
  },
  {
    name: "unmetered follow-up read",
    why: "the trades of an order are read without asking the budgets",
    edits: [{
      file: "actors/dispatcher.ts",
      find: "const go = () => void task().catch(onCrash);",
      replace: "const go = () => void task().catch(onCrash);\n" +
        '    if (kind === "fillsOf" || kind === "lookup") return go();',
    }],
  },
  {
    name: "stale un-kill",
    why: "any release ends the kill switch, whichever engagement it names",
    edits: [{
      file: "machines/kill_switch.ts",
      find: 'if (context.epoch !== epoch) return { kind: "otherEpoch", wanted: context.epoch };',
      replace: "",
    }, {
      file: "machines/kill_switch.ts",
      find: 'if (context.epoch !== epoch || context.phase !== "releasing") return context;',
      replace: "",
    }],
  },
  {
    name: "wire before fsync",
    why: "requests leave before the turn that asked for them is durable",
    edits: [{
      file: "actors/book.ts",
      find: "dispatch: () => commands.forEach((command) => this.#run(entry, command)),",
      replace: "dispatch: () => {},",
    }, {
      file: "actors/book.ts",
      find: "    this.#o.journal.enqueue({",
      replace: "    commands.forEach((command) => this.#run(entry, command));\n" +
        "    this.#o.journal.enqueue({",
    }],
  },
  {
    name: "ack before fsync",
    why: "a caller hears of success before it is durable",
    edits: [{
      file: "actors/book.ts",
      find: 'settleWaiters(entry, after, { kind: "applied", turn });',
      replace: 'settleWaiters(entry, after, { kind: "committed", turn });',
    }],
  },
  {
    name: "no quarantine",
    why: "an order that is not found is absent, while its request may still land",
    edits: [{
      file: "machines/absorb.ts",
      find: "const provesFrom = attempt.deadline + context.policy.proofAfterMs;",
      replace: "const provesFrom = 0;",
    }],
  },
  {
    name: "late sends pass the gate",
    why: "a request leaves that the venue admits after its deadline, when its absence is proven",
    edits: [{
      file: "actors/gate.ts",
      find: "if (signedAt + validForMs > deadline) return GATE_TOO_LATE;",
      replace: "",
    }],
  },
  {
    name: "unknown = not sent",
    why: "an order that was not answered is taken for one that never left",
    edits: [{
      file: "machines/absorb.ts",
      find: 'answered({ outcome: "UNKNOWN", reason: outcome.cause.code })',
      replace: 'answered({ outcome: "NOT_SENT", reason: "HELD" })',
    }],
  },
  {
    name: "trust first reject",
    why: "what was refused once is never looked at again",
    edits: [{
      file: "machines/attempts.ts",
      find: "if (isAnotherOrder(a, order)) return a;",
      replace: 'if (isAnotherOrder(a, order) || a.outcome === "REJECTED") return a;',
    }],
  },
  {
    name: "replay outbox on restart",
    why: "what was to be submitted before a crash is submitted after it",
    edits: [{
      file: "machines/recover.ts",
      find: 'return { ...attempt, outcome: "UNKNOWN", reason: "RESTART" };',
      replace: "return attempt;",
    }, {
      file: "machines/recover.ts",
      find: 'if (last.outcome === "UNKNOWN") return "SUBMITTING.inDoubt";',
      replace: 'if (last.outcome === "UNKNOWN") return "SUBMITTING.inDoubt";\n' +
        '  if (last.outcome === null) return "SUBMITTING.inFlight";',
    }, {
      file: "machines/errands.ts",
      find: "if (isTicketOf(event, submit.attempt)) {",
      replace: "if (isTicketOf(event, submit.attempt) || context.deadlines.ack === undefined) {",
    }],
  },
  {
    name: "coalescing drops the newest generation",
    why: "an answered change counts as the newest one, whatever was asked for meanwhile",
    edits: [{
      file: "machines/amends.ts",
      find: "mergeOrder({ ...specifiedBy(a, order), generation,",
      replace: "mergeOrder({ ...specifiedBy(a, order), generation: context.intent.generation,",
    }],
  },
  {
    name: "kill closes the gates only",
    why: "what rests at the venue stays there after a kill",
    edits: [{
      file: "actors/kill_switch.ts",
      find: "[...this.#o.running()].filter((exchange) => this.#sweep(exchange));",
      replace: "[...this.#o.running()];",
    }],
  },
  {
    name: "errors are logged as they are",
    why: "the text of an error may quote a key or a signature",
    edits: [{
      file: "actors/error_name.ts",
      find: "      : error.name;",
      replace: "      : error.message;",
    }],
  },
];
