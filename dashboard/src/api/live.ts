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

type Listener = () => void;

/** Values change at most four times a second on the page, however often they do in the plant. */
const QUIET_MS = 250;
/** After a stream that was refused or lost, another attempt: the browser's own retry gives up on an HTTP error. */
const RETRY_MS = 2_000;
/** The stream beats every 4 s. After so long without anything the way is cut, though nobody has said so. */
const SILENT_MS = 12_000;

const listeners = new Map<string, Set<Listener>>();
/** The subjects asked for, in one string, so that the same set does not open the stream anew. */
const wanted = signal("");
let asking = false;

/** Calls back when something of a subject changed. Returns what ends it. */
export function listen(subject: string, listener: Listener): () => void {
  const set = listeners.get(subject) ?? new Set();
  listeners.set(subject, set);
  set.add(listener);
  askAnew();
  return () => {
    set.delete(listener);
    if (set.size === 0) listeners.delete(subject);
    askAnew();
  };
}

/** A page that is left and one that is entered ask in the same moment: one stream for what is wanted after it. */
function askAnew(): void {
  if (asking) return;
  asking = true;
  setTimeout(() => {
    asking = false;
    wanted.value = [...listeners.keys()].sort().join(",");
  }, 0);
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
    for (const subject of subjects) for (const listener of listeners.get(subject) ?? []) listener();
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
    source = new EventSource(`/api/live?of=${encodeURIComponent(subjects)}`);
    clearTimeout(silence);
    silence = setTimeout(lose, SILENT_MS);
    source.onopen = () => {
      hear();
      const again = live.value.state === "lost";
      live.value = { state: "live", sinceMs: Date.now() };
      // What changed while the stream was down was not told: everything is asked for once.
      if (again) heard(listeners.keys());
    };
    source.addEventListener("beat", hear);
    source.addEventListener("change", (event) => {
      hear();
      heard([(JSON.parse(event.data) as LiveEvent).subject]);
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
