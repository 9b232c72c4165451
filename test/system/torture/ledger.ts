// The independent ledger: what a publisher is about to hand over, written and synced before it does, and what it was
// told of it. Imports nothing of the product, so that a fault there can't hide itself here.
import { createHash } from "node:crypto";
import { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A message as its publisher is about to hand it over. */
export interface Intent {
  /** Occurs in the payload, and nowhere else in the world. */
  readonly token: string;
  readonly machine: string;
  readonly type: string;
  /** Its number, where the publisher numbers for itself; null where the library or a gateway does. */
  readonly boot: string | null;
  readonly seq: number | null;
  /** Of the payload as it must be found. */
  readonly sha256: string;
  /** Made of its bytes, which must stay as they are, or of its content without what the library adds. */
  readonly hashed: "bytes" | "content";
  /** Where it belongs. */
  readonly belongs: "log" | "quarantine";
  /** Whether it must survive the loss of power. */
  readonly durable: boolean;
}

/** What the publisher was told; a machine that knows nothing of numbers isn't told which one its message got. */
export type Outcome =
  | {
      readonly token: string;
      readonly taken: true;
      readonly boot: string | null;
      readonly seq: number | null;
    }
  | { readonly token: string; readonly taken: false; readonly code: string };

/** An intent together with what became of it; nothing did when its process was killed in between. */
export interface Entry extends Intent {
  readonly outcome: Outcome | undefined;
  /** How often it was sent as a new message: so often it may be there. A repetition that says so (DUP) is none. */
  readonly sendings: number;
}

const PREFIX = "ledger-";

/** Writes one process's part of the ledger. */
export class LedgerWriter {
  readonly #handle: number;

  constructor(folder: string, part: string) {
    this.#handle = openSync(join(folder, `${PREFIX}${part}.jsonl`), "ax");
  }

  /** On disk when it returns: only then may the messages be handed over. */
  intend(intents: readonly Intent[]): void {
    this.#append("intent", intents);
    fdatasyncSync(this.#handle);
  }

  /** On disk when it returns: the messages are about to be sent once more, as if they were new. */
  sendAgain(tokens: readonly string[]): void {
    this.#append(
      "again",
      tokens.map((token) => ({ token })),
    );
    fdatasyncSync(this.#handle);
  }

  /** Not synced: it outlives the process, and claims nothing that is not so. */
  conclude(outcomes: readonly Outcome[]): void {
    this.#append("outcome", outcomes);
  }

  close(): void {
    closeSync(this.#handle);
  }

  #append(kind: string, records: readonly object[]): void {
    const lines = records.map((record) => `${JSON.stringify({ kind, ...record })}\n`);
    writeSync(this.#handle, lines.join(""));
  }
}

/** Everything that the processes of a run have written into a folder. */
export function readLedger(folder: string): Map<string, Entry> {
  const parts = readdirSync(folder).filter((name) => name.startsWith(PREFIX));
  return new Map(parts.flatMap((name) => [...entriesIn(readFileSync(join(folder, name), "utf8"))]));
}

/** What a process has written; a line that a kill cut short counts as none. */
export function entriesIn(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of text.split("\n").slice(0, -1)) {
    const { kind, ...record } = JSON.parse(line) as { kind: string } & Intent & Outcome;
    const entry = entries.get(record.token);
    if (kind === "intent") {
      entries.set(record.token, { ...(record as Intent), outcome: undefined, sendings: 1 });
    } else if (entry !== undefined && kind === "again") {
      entries.set(record.token, { ...entry, sendings: entry.sendings + 1 });
    } else if (entry !== undefined) entries.set(record.token, { ...entry, outcome: record as Outcome });
  }
  return entries;
}

const TOKEN = /T~[0-9a-z-]+~/;

/** The token in a payload, or undefined in one that isn't of the ledger. */
export function tokenIn(payload: string): string | undefined {
  return TOKEN.exec(payload)?.[0];
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The hash of what a JSON object says, whatever the order of its fields, without what a publisher's library adds. */
export function contentHash(value: Readonly<Record<string, unknown>>): string {
  const { v: _v, boot: _boot, seq: _seq, ...body } = value;
  return sha256(canonical(body));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
