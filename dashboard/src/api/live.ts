import { computed, effect, signal } from "@preact/signals";

/** How the stream of changes stands. */
export interface LiveState {
  readonly state: "connecting" | "live" | "lost";
  /** Since when, ms since 1970. */
  readonly sinceMs: number;
}

/** An event of the stream: something changed of a subject, up to a message of the log. */
interface LiveEvent {
  readonly subject: string;
  readonly position: number;
}

export const live = signal<LiveState>({ state: "connecting", sinceMs: Date.now() });

/** So old is what is shown while the views catch up, ms; 0 while they are level with the log. */
export const lagMs = signal(0);

/** Nobody would hear of what is done now. */
export const cannotAct = computed(() => live.value.state === "lost");

interface Listener {
  readonly call: () => void;
  /** Up to which message of the log it knows of every change; undefined before its first answer. */
  knowsTo: number | undefined;
}

/** What a listener says of itself. */
export interface Listening {
  /** Its first answer is as of this message of the log: from there on it has to hear of changes. */
  readonly answered: (position: number) => void;
  readonly end: () => void;
}

/** Values change at most four times a second on the page, however often they do in the plant. */
const QUIET_MS = 250;
/** After a stream that was refused or lost, another attempt: the browser's own retry gives up on an HTTP error. */
const RETRY_MS = 2_000;
/** The stream beats every 4 s. After so long without anything the way is cut, though nobody has said so. */
const SILENT_MS = 12_000;

/** The stream waits so long for the answers of who listens; without them, all of it is asked for once more. */
const FIRST_ANSWERS_MS = 1_000;

const listeners = new Map<string, Set<Listener>>();
/** The subjects asked for, in one string, so that the same set does not open the stream anew. */
const wanted = signal("");
let asking: ReturnType<typeof setTimeout> | undefined;

/** Calls back when something of a subject changed. */
export function listen(subject: string, call: () => void): Listening {
  const set = listeners.get(subject) ?? new Set();
  const listener: Listener = { call, knowsTo: undefined };
  listeners.set(subject, set);
  set.add(listener);
  askAnew();
  return {
    answered(position) {
      if (listener.knowsTo !== undefined) return;
      listener.knowsTo = position;
      askAnew();
    },
    end() {
      set.delete(listener);
      if (set.size === 0) listeners.delete(subject);
      askAnew();
    },
  };
}

/**
 * A page that is left and one that is entered ask in the same moment: one stream for what is wanted after it. It waits
 * for the first answers, and goes on from where they are: what changes between an answer and the stream is told.
 */
function askAnew(): void {
  clearTimeout(asking);
  asking = setTimeout(
    () => {
      wanted.value = [...listeners.keys()].sort().join(",");
    },
    knownTo() === undefined ? FIRST_ANSWERS_MS : 0,
  );
}

/** Up to which message all listeners know of every change; undefined where one has no answer yet. */
function knownTo(): number | undefined {
  let least: number | undefined = Number.POSITIVE_INFINITY;
  for (const set of listeners.values())
    for (const { knowsTo } of set) {
      if (knowsTo === undefined) return undefined;
      least = Math.min(least, knowsTo);
    }
  return least;
}

/** All that changed up to a message was told. */
function toldTo(position: number): void {
  for (const set of listeners.values())
    for (const listener of set)
      if (listener.knowsTo !== undefined) listener.knowsTo = Math.max(listener.knowsTo, position);
}

effect(() => {
  const subjects = wanted.value;
  if (subjects === "") return;
  return stream(subjects);
});

/** Opens the stream and keeps it open. Returns what closes it for good. */
function stream(subjects: string): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const pending = new Set<string>();
  let quiet: ReturnType<typeof setTimeout> | undefined;

  const tell = (): void => {
    quiet = undefined;
    if (pending.size === 0) return;
    const subjects = [...pending];
    pending.clear();
    quiet = setTimeout(tell, QUIET_MS);
    for (const subject of subjects) for (const { call } of listeners.get(subject) ?? []) call();
  };
  const heard = (subjects: Iterable<string>): void => {
    for (const subject of subjects) pending.add(subject);
    if (quiet === undefined) tell();
  };
  let heardMs = Date.now();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const hear = (): void => {
    heardMs = Date.now();
    clearTimeout(silence);
    silence = setTimeout(lose, SILENT_MS);
  };
  const lose = (): void => {
    // What is shown is as it was when something was heard last.
    if (live.value.state !== "lost") live.value = { state: "lost", sinceMs: heardMs };
    clearTimeout(silence);
    source?.close();
    clearTimeout(retry);
    retry = setTimeout(open, RETRY_MS);
  };
  const open = (): void => {
    source = new EventSource(`/api/live?of=${encodeURIComponent(subjects)}&after=${knownTo() ?? 0}`);
    clearTimeout(silence);
    silence = setTimeout(lose, SILENT_MS);
    source.onopen = () => {
      hear();
      const again = live.value.state === "lost";
      live.value = { state: "live", sinceMs: Date.now() };
      // What changed while the stream was down was not told: everything is asked for once.
      if (again) heard(listeners.keys());
    };
    source.addEventListener("beat", (event) => {
      hear();
      toldTo((JSON.parse(event.data) as { readonly position: number }).position);
    });
    source.addEventListener("change", (event) => {
      hear();
      const { subject, position } = JSON.parse(event.data) as LiveEvent;
      // Only the last of several that came together has an id: up to it, everything was told.
      if (event.lastEventId === String(position)) toldTo(position);
      heard([subject]);
    });
    source.onerror = lose;
  };
  open();
  return () => {
    source?.close();
    clearTimeout(retry);
    clearTimeout(quiet);
    clearTimeout(silence);
  };
}

/** A page says by itself, not by the words in it alone, that what it shows is not the present. */
effect(() => {
  document.documentElement.dataset.live = live.value.state;
});
