import type { StateInterval } from "../machine-state/state-intervals.ts";
import { lengthMs, overlap, type Span, touching } from "../span.ts";
import type { UsedTime } from "./time-use.ts";

/** Where a part of a stop comes from: along the machines that starve or block one another, to the one that stands by itself. */
export interface StopCause extends Span {
  /** Machine keys from the one that stops the machine to the root; empty where the cause is the machine's own. */
  readonly chain: readonly string[];
  /** What the root did. */
  readonly root: RootCause;
  /** Whether a link of the chain was told by no machine, but seen: its nearest standing neighbour. */
  readonly inferred: boolean;
}

/** The machine at the end of the chain, and what it said of itself. */
export interface RootCause {
  readonly machine: string;
  /** What it did at the time: "Execute" where it ran, only not enough or not yet. */
  readonly state: StateInterval["state"];
  readonly category: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** PORT. What the machines of a line did at the same time. */
export interface Neighbours {
  /** The states of a machine in the span that is looked at; nothing for one that is unknown. */
  history(machine: string): readonly StateInterval[];
  /** Keys of the process's machines, in its order. */
  readonly order: readonly string[];
}

/** Chains are as long as a line at most; a longer one goes round. */
const LONGEST_CHAIN = 12;
const MOMENT_MS = 10_000;

interface Link extends Span {
  readonly machine: string;
  readonly category: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly causedBy: string | null;
}

/** The causes of one stop, in order of time, without a hole: what stood behind it may change while it lasts. */
export function causesOf(machine: string, stop: UsedTime, neighbours: Neighbours): StopCause[] {
  const own = { ...stop, machine };
  const merged = joined(follow(own, neighbours, [], false, own), sameCause);
  const longest = merged.reduce((a, b) => (lengthMs(b) > lengthMs(a) ? b : a), merged[0] ?? stop);
  // Messages of two machines come some seconds apart, and a belt takes its time: that the other one ran for a moment
  // at either end of the stop is no cause.
  const isMoment = (cause: StopCause) =>
    cause !== longest && cause.root.state === "Execute" && lengthMs(cause) < MOMENT_MS;
  return joined(merged, (a, b) => sameCause(a, b) || isMoment(b), isMoment);
}

/** Neighbours that belong together as one: the later takes the earlier's cause, unless that one is to give way. */
function joined(
  causes: readonly StopCause[],
  together: (a: StopCause, b: StopCause) => boolean,
  givesWay: (cause: StopCause) => boolean = () => false,
): StopCause[] {
  const whole: StopCause[] = [];
  for (const cause of causes) {
    const before = whole.at(-1);
    if (before !== undefined && givesWay(before))
      whole[whole.length - 1] = { ...cause, fromMs: before.fromMs };
    else if (before !== undefined && together(before, cause))
      whole[whole.length - 1] = { ...before, toMs: cause.toMs };
    else whole.push(cause);
  }
  return whole;
}

function follow(
  link: Link,
  neighbours: Neighbours,
  chain: readonly string[],
  inferred: boolean,
  first: Link,
): StopCause[] {
  const { fromMs, toMs, machine, category, code, message } = link;
  const state = stateAt(neighbours, machine, fromMs);
  const here = (span: Span): StopCause => ({
    ...span,
    chain,
    root: { machine, state, category, code, message },
    inferred,
  });
  if ((category !== "starved" && category !== "blocked") || chain.length >= LONGEST_CHAIN) {
    return [here({ fromMs, toMs })];
  }
  return behind(link, neighbours).flatMap(({ span, by, seen }) => {
    if (by === null || by === first.machine || chain.includes(by)) return [here(span)];
    const further = [...chain, by];
    return partsOf(neighbours.history(by), span).flatMap((part) => {
      const cause = { ...part, machine: by };
      if (part.state === "Execute" || part.state === "unknown" || part.reason === null) {
        const { state: rootState, fromMs: begin, toMs: end } = part;
        const root = { machine: by, state: rootState, category: null, code: null, message: null };
        return [{ fromMs: begin, toMs: end, chain: further, root, inferred: inferred || seen }];
      }
      return follow({ ...cause, ...part.reason }, neighbours, further, inferred || seen, first);
    });
  });
}

/** Who stands behind a starved or blocked machine: whom it names, else its nearest neighbour that stands, if one does. */
function behind(
  { machine, category, causedBy, fromMs, toMs }: Link,
  { order, history }: Neighbours,
): { span: Span; by: string | null; seen: boolean }[] {
  const whole = { fromMs, toMs };
  if (causedBy !== null) return [{ span: whole, by: causedBy, seen: false }];
  const place = order.indexOf(machine);
  if (place < 0) return [{ span: whole, by: null, seen: false }];
  const nearestFirst = category === "starved" ? order.slice(0, place).reverse() : order.slice(place + 1);
  // One neighbour for the whole of it: the nearest that stood when it began.
  const begin = { fromMs, toMs: fromMs + 1 };
  const by = nearestFirst.find((key) =>
    touching(history(key), begin).some(({ state }) => state !== "Execute" && state !== "unknown"),
  );
  return [{ span: whole, by: by ?? null, seen: by !== undefined }];
}

function partsOf(history: readonly StateInterval[], span: Span): StateInterval[] {
  const parts: StateInterval[] = [];
  let reachedMs = span.fromMs;
  const unheard = (toMs: number) => {
    if (toMs > reachedMs) {
      const nothing = { state: "unknown", mode: null, reason: null, unknownWhy: "not_said" } as const;
      parts.push({ fromMs: reachedMs, toMs, ...nothing });
    }
  };
  for (const interval of touching(history, span)) {
    const part = overlap(interval, span);
    if (part === undefined) continue;
    unheard(part.fromMs);
    parts.push({ ...interval, ...part });
    reachedMs = part.toMs;
  }
  unheard(span.toMs);
  return parts;
}

function stateAt({ history }: Neighbours, machine: string, atMs: number): StateInterval["state"] {
  return touching(history(machine), { fromMs: atMs, toMs: atMs + 1 })[0]?.state ?? "unknown";
}

function sameCause(a: StopCause, b: StopCause): boolean {
  return (
    a.inferred === b.inferred &&
    a.chain.join() === b.chain.join() &&
    a.root.state === b.root.state &&
    a.root.category === b.root.category &&
    a.root.code === b.root.code
  );
}
