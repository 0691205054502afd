/**
 * The actor logic of one intent: the intent machine, with its moves remembered.
 *
 * Every event of the chart is absorbed the same way, and its guards read nothing but the phase that
 * `step` decided. So where it leads is a function of the state it is in and of that phase: a few
 * dozen pairs. XState works each pair out once, on the chart itself; afterwards a turn is `step`
 * and a look at the table, 1 µs of XState's 10. A test walks both side by side.
 *
 * I1 At rest, the state is the one that the phase names: the book isolates an intent where it is
 *    not. So the phase before a turn says where the turn begins.
 */
import { assign, createActor, type InspectionEvent, type SnapshotFrom } from "xstate";
import type { IntentContext, Phase } from "./intent_context.ts";
import type { IntentEvent } from "./intent_events.ts";
import { intentMachine, stateName, stateValue } from "./intent.ts";
import { step } from "./step.ts";

export type IntentSnapshot = SnapshotFrom<typeof intentMachine>;

type Microstep = Extract<InspectionEvent, { readonly type: "@xstate.microstep" }>;

/** An edge of the chart, as XState tells it. */
type Edge = Microstep["_transitions"][number];

interface Move {
  /** Whose context is of no meaning. */
  readonly snapshot: IntentSnapshot;
  /** The last edge that was taken; undefined: it stays. */
  readonly edge: Edge | undefined;
}

/** @param onEdge told of the edge that a turn took, as an inspector of XState would be */
export function intentLogic(
  onEdge: (actor: object, edge: Edge) => void,
): typeof intentMachine {
  const arrive = (from: Phase, context: IntentContext, actor: object): IntentSnapshot => {
    const { snapshot, edge } = moveOf(from, context.phase);
    if (edge !== undefined) onEdge(actor, edge);
    return { ...snapshot, context };
  };
  const transition: typeof intentMachine.transition = (snapshot, event, scope) => {
    // XState's own events, which stop an actor or tell it of a child, are XState's to handle.
    if (!EVENTS.has(event.type)) return intentMachine.transition(snapshot, event, scope);
    const { context } = snapshot;
    return arrive(context.phase, step(context, event), scope.self);
  };
  const getInitialSnapshot: typeof intentMachine.getInitialSnapshot = ({ self }, input) => {
    if (input === undefined) throw new TypeError("Cannot start an intent: it has no context");
    return arrive(INITIAL, input, self);
  };
  return Object.create(intentMachine, {
    transition: { value: transition },
    getInitialSnapshot: { value: getInitialSnapshot },
    // `snapshotAt` makes whole snapshots. XState would restore each once more, and search every
    // context for actor references that are not there: a sixth of a restart.
    restoreSnapshot: { value: undefined },
  });
}

/** An intent at rest in the state that its phase names. */
export function snapshotAt(context: IntentContext): IntentSnapshot {
  const { phase } = context;
  return { ...moveOf(phase, phase).snapshot, context };
}

const INITIAL: Phase = "PENDING.ready";

const EVENTS: ReadonlySet<string> = new Set(intentMachine.events);

/** The chart with a decision that is already made. */
const decided = intentMachine.provide({ actions: { absorb: assign({}) } });

const moves = new Map<Phase, Map<Phase, Move>>();

function moveOf(from: Phase, to: Phase): Move {
  let of = moves.get(from);
  if (of === undefined) moves.set(from, of = new Map<Phase, Move>());
  let move = of.get(to);
  if (move === undefined) of.set(to, move = worked(from, to));
  return move;
}

/** What XState does with an intent that stands in `from` when an event brings it to `to`. */
function worked(from: Phase, to: Phase): Move {
  const edges: Edge[] = [];
  const actor = createActor(decided, {
    snapshot: resting(from, to),
    input: undefined as never, // a restored actor takes none
    inspect: (event) => {
      if (event.type !== "@xstate.microstep") return;
      edges.push(...event._transitions.filter(({ target }) => (target?.length ?? 0) > 0));
    },
  }).start();
  actor.send(ANY);
  const { value } = actor.getSnapshot();
  actor.stop();
  return { snapshot: resting(stateName(value) as Phase, to), edge: edges.at(-1) };
}

const ANY: IntentEvent = { type: "order.verify", at: 0 };

/** In the state `at`, decided to be in `phase`. Of the context, the chart reads nothing else. */
function resting(at: Phase, phase: Phase): IntentSnapshot {
  // stateValue() is built from a Phase, which names states of this machine only.
  const value = stateValue(at) as "COMPLETED";
  return intentMachine.resolveState({ value, context: { phase } as IntentContext });
}
