/** A machine of the intent's shape and size, so that charts are tested without the real one. */
import { setup } from "xstate";

const nothing = () => {};
const yes = () => true;

const sample = setup({
  types: {
    context: {} as Readonly<Record<string, never>>,
    events: {} as { readonly type: string },
  },
  actions: {
    makeAttempt: nothing,
    requestSubmit: nothing,
    requestLookup: nothing,
    requestAmend: nothing,
    requestCancel: nothing,
    holdPossiblyLive: nothing,
    bookFill: nothing,
    recordCause: nothing,
    recordRefusal: nothing,
  },
  guards: { gateOpen: yes, fillsAll: yes, canAmend: yes, isOpen: yes, isAbsent: yes, isDone: yes },
});

const PENDING = sample.createStateConfig({
  tags: ["live"],
  initial: "ready",
  on: { "order.cancel": "CANCELED", "order.denied": "FAILED" },
  states: {
    ready: { on: { "order.granted": { guard: "gateOpen", target: "#intent.SUBMITTING" } } },
    waitingParent: { on: { "parent.filled": "ready" } },
    waitingTrigger: { on: { "trigger.hit": "ready" } },
    paused: { on: { "order.resume": "ready" } },
  },
});

const SUBMITTING = sample.createStateConfig({
  tags: ["live"],
  initial: "inFlight",
  on: {
    "order.accepted": "ACTIVE",
    "order.filled": { guard: "fillsAll", target: "COMPLETED", actions: "bookFill" },
    "order.refused": { target: "FAILED", actions: "recordCause" },
  },
  states: {
    inFlight: {
      entry: ["makeAttempt", "requestSubmit"],
      on: { "submit.unknown": "inDoubt", "deadline.passed": "inDoubt" },
    },
    inDoubt: {
      tags: ["uncertain"],
      entry: "requestLookup",
      on: { "proven.absent": { guard: "isAbsent", target: "inFlight" } },
    },
  },
});

const ACTIVE = sample.createStateConfig({
  tags: ["live"],
  initial: "open",
  on: {
    "order.filled": [
      { guard: "fillsAll", target: "COMPLETED", actions: "bookFill" },
      { target: ".partiallyFilled", actions: "bookFill" },
    ],
    "order.canceled": { target: "CANCELED", actions: "recordCause" },
    "order.expired": { target: "CANCELED", actions: "recordCause" },
    "order.modify": [
      { guard: "canAmend", target: "RECONCILING.amending" },
      { target: "RECONCILING.replacing" },
    ],
    "order.cancel": "RECONCILING.canceling",
    "order.verify": "RECONCILING.resolving",
  },
  states: {
    open: {},
    partiallyFilled: { on: { "order.updated": { actions: "bookFill" } } },
  },
});

const RECONCILING = sample.createStateConfig({
  tags: ["live"],
  initial: "resolving",
  on: {
    "order.filled": { guard: "fillsAll", target: "COMPLETED", actions: "bookFill" },
    "order.canceled": { target: "CANCELED", actions: "recordCause" },
  },
  states: {
    amending: {
      entry: "requestAmend",
      on: {
        "amend.accepted": "#intent.ACTIVE",
        "amend.refused": { target: "#intent.ACTIVE", actions: "recordRefusal" },
        "amend.unknown": "resolving",
        "deadline.passed": "resolving",
      },
    },
    canceling: { entry: "requestCancel", on: { "cancel.unknown": "resolving" } },
    replacing: { entry: "holdPossiblyLive", on: { "old.terminal": "#intent.SUBMITTING" } },
    resolving: {
      tags: ["uncertain"],
      entry: "requestLookup",
      on: {
        "lookup.answered": [
          { guard: "isOpen", target: "#intent.ACTIVE" },
          { guard: "isAbsent", target: "#intent.SUBMITTING" },
        ],
      },
    },
  },
});

export const sampleMachine = sample.createMachine({
  id: "intent",
  version: "1",
  context: {},
  initial: "PENDING",
  states: {
    PENDING,
    SUBMITTING,
    ACTIVE,
    RECONCILING,
    COMPLETED: { type: "final", tags: ["terminal"] },
    CANCELED: { type: "final", tags: ["terminal"] },
    FAILED: { type: "final", tags: ["terminal"] },
  },
});

export const sampleConnection = setup({
  types: {
    context: {} as Readonly<Record<string, never>>,
    events: {} as { readonly type: string },
  },
  actions: { measureOffset: nothing, resetRetries: nothing, requestResync: nothing },
  guards: { budgetLeft: yes },
}).createMachine({
  id: "connection",
  version: "1",
  context: {},
  initial: "dialing",
  states: {
    dialing: { on: { "socket.open": "open", "socket.error": "backoff" } },
    open: {
      initial: "authenticating",
      on: { "socket.close": "backoff" },
      states: {
        authenticating: {
          entry: "measureOffset",
          on: { "auth.ok": "live", "auth.refused": "#connection.parked" },
        },
        live: { entry: ["resetRetries", "requestResync"] },
      },
    },
    backoff: {
      on: { "deadline.passed": [{ guard: "budgetLeft", target: "dialing" }, { target: "parked" }] },
    },
    parked: { on: { "connection.resume": "dialing" } },
  },
});
