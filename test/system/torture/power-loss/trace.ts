import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** One thing that a process did, in the order in which it took effect. */
export type TraceEvent =
  | { readonly kind: "write"; readonly path: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly path: string; readonly length: number }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "rename"; readonly path: string; readonly to: string }
  /** Everything done to the file before the event number `covers` is on disk from here on. */
  | { readonly kind: "sync"; readonly path: string; readonly covers: number }
  /** Something is told to others, who rely on it from here on: a TCP connection, or a file of the test's. */
  | { readonly kind: "told"; readonly whom: string; readonly bytes: Buffer };

const CALLS = "openat,creat,write,writev,pwrite64,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,mkdir";

/** A command that ends by becoming a process whose writes are recorded whole. */
export function traced(output: string): string[] {
  return ["strace", "-f", "-D", "-qq", "-yy", "-xx", "-s", "4000000", "-e", `trace=${CALLS}`, "-o", output];
}

const LINE = /^(\d+) +(.*)$/;
const RESUMED = /^<\.\.\. \w+ resumed>(.*)$/;
const UNFINISHED = " <unfinished ...>";
const CALL = /^(\w+)\((.*)\) += (-?\d+)/;

/**
 * Reads what strace has recorded, as far as it concerns the files of a folder, TCP connections, and the files below
 * another folder in which a process says what it relies on. A call that others come in between has two halves: a
 * write counts from its end, a sync covers what had ended when it began, and what is told counts from its beginning,
 * so that nothing is taken to be on disk earlier than it may be.
 */
export function readTrace(file: string, folder: string, tells?: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  const halves = new Map<string, { readonly text: string; readonly at: number }>();
  const positions = new Map<string, number>();
  for (const line of readFileSync(file, "latin1").split("\n")) {
    const [, thread = "", text = ""] = LINE.exec(line) ?? [];
    if (text.endsWith(UNFINISHED)) {
      const half = text.slice(0, -UNFINISHED.length);
      halves.set(thread, { text: half, at: events.length });
      if (isTold(half)) take(`${half}) = 1`, events.length);
      continue;
    }
    const [, rest] = RESUMED.exec(text) ?? [];
    const half = halves.get(thread);
    if (rest === undefined) take(text, events.length);
    else if (half !== undefined) {
      halves.delete(thread);
      if (!isTold(half.text)) take(half.text + rest, half.at);
    }
  }
  return events;

  function isTold(text: string): boolean {
    const [, place = ""] = /^writev?\(\d+<(.*?)>[,)]/.exec(`${text})`) ?? [];
    const path = decoded(place);
    return /^TCP(v6)?:/.test(path) || (tells !== undefined && path.startsWith(`${tells}/`));
  }

  function take(text: string, covers: number): void {
    const [, name = "", words = "", result = "-1"] = CALL.exec(text) ?? [];
    if (Number(result) < 0) return;
    const [, descriptor = "", place = ""] = /^(\d+)<(.*?)>[,)]/.exec(`${words})`) ?? [];
    const path = decoded(place);
    const inFolder = path.startsWith(`${folder}/`) || path === folder;
    if (isTold(text)) {
      events.push({ kind: "told", whom: path, bytes: Buffer.concat(strings(words)) });
    } else if (name === "openat" || name === "creat") {
      const opened = decoded(/= \d+<(.*)>/.exec(text)?.[1] ?? "");
      if (!opened.startsWith(`${folder}/`)) return;
      positions.set(`${result}`, 0);
      if (words.includes("O_TRUNC") || name === "creat")
        events.push({ kind: "truncate", path: opened, length: 0 });
      else if (words.includes("O_CREAT"))
        events.push({ kind: "write", path: opened, offset: 0, bytes: Buffer.of() });
    } else if (name === "unlink" || name === "unlinkat") {
      const [removed] = strings(words);
      if (removed?.toString().startsWith(`${folder}/`))
        events.push({ kind: "remove", path: removed.toString() });
    } else if (name === "rename") {
      const [from = "", to = ""] = strings(words).map(String);
      if (from.startsWith(`${folder}/`)) events.push({ kind: "rename", path: from, to });
    } else if (!inFolder) return;
    else if (name === "pwrite64") {
      const [bytes = Buffer.of()] = strings(words);
      const offset = Number(words.slice(words.lastIndexOf(",") + 1));
      events.push({ kind: "write", path, offset, bytes: bytes.subarray(0, Number(result)) });
    } else if (name === "write" || name === "writev") {
      const bytes = Buffer.concat(strings(words)).subarray(0, Number(result));
      const offset = positions.get(descriptor) ?? 0;
      positions.set(descriptor, offset + bytes.length);
      events.push({ kind: "write", path, offset, bytes });
    } else if (name === "ftruncate") {
      events.push({ kind: "truncate", path, length: Number(words.slice(words.lastIndexOf(",") + 1)) });
    } else if (name === "fsync" || name === "fdatasync") {
      events.push({ kind: "sync", path, covers });
    }
  }
}

/** What stands in quotes, as bytes: strace writes each as \xNN, so that no quote stands in another's way. */
function strings(words: string): Buffer[] {
  const quoted = words.split('"').filter((_, index) => index % 2 === 1);
  return quoted.map((hex) => Buffer.from(hex.replaceAll("\\x", ""), "hex"));
}

/** A path between < and >, in which strace escapes what it escapes in strings. */
function decoded(place: string): string {
  return place.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Why writes can't be recorded here, or false. */
export function noTrace(): string | false {
  const output = "/dev/null";
  const { status, error } = spawnSync("strace", ["-f", "-qq", "-o", output, "true"]);
  if (error === undefined && status === 0 && existsSync(output)) return false;
  if (process.env.CI !== undefined) throw new Error("strace(1) is needed to record writes");
  return "needs strace with the right to trace: apt-get install strace, and run it as root";
}
