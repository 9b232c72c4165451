import { AUDIT_KINDS, type AuditEvent, type AuditKind, type AuditTrail } from "../../access/audit.ts";
import { AuditTally } from "../../access/audit-tally.ts";
import { AuditStore } from "../../adapters/sqlite/audit/audit-store.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import { ConcheError } from "../../errors/conche-error.ts";

/** What of it metrics show. */
export interface AuditFigures {
  /** Events since the start, those that were counted together one by one. */
  readonly events: Readonly<Record<AuditKind, number>>;
  /** Attempts to write that failed; what was to be written is kept and tried again. */
  readonly failures: number;
}

/** How often what was recorded is written, milliseconds. */
const WRITE_EVERY_MS = 500;

/**
 * The audit table of a running data center: what is recorded is written a moment later, beside the messages' way. What
 * can't be written stays counted and is tried again; nothing waits for it.
 */
export class AuditLog implements AuditTrail {
  readonly #store: AuditStore;
  readonly #notice: (notice: Notice) => void;
  readonly #tally = new AuditTally();
  readonly #timer: NodeJS.Timeout;
  readonly #events = Object.fromEntries(AUDIT_KINDS.map((kind) => [kind, 0])) as Record<AuditKind, number>;
  #waiting: ReturnType<AuditTally["take"]> = [];
  #failures = 0;
  #failing = false;

  constructor(folder: string, notice: (notice: Notice) => void) {
    this.#store = new AuditStore(folder);
    this.#notice = notice;
    this.#timer = setInterval(() => this.#write(false), WRITE_EVERY_MS).unref();
  }

  record(event: AuditEvent): void {
    this.#events[event.kind]++;
    this.#tally.add(event, Date.now());
  }

  figures(): AuditFigures {
    return { events: this.#events, failures: this.#failures };
  }

  /** Writes what is still being counted. */
  close(): void {
    clearInterval(this.#timer);
    this.#write(true);
    this.#store.close();
  }

  #write(all: boolean): void {
    // What waits is bounded: nothing is taken over while it can't be written, and the tally has its bound.
    if (this.#waiting.length === 0) this.#waiting = this.#tally.take(Date.now(), all);
    try {
      this.#store.append(this.#waiting, Date.now());
      this.#waiting = [];
      if (all) this.#store.append(this.#tally.take(Date.now(), all), Date.now());
      this.#failing = false;
    } catch (error) {
      this.#failures++;
      if (!this.#failing) this.#notice(failed(error));
      this.#failing = true;
    }
  }
}

function failed(error: unknown): Notice {
  const why = error instanceof ConcheError ? `${error.code}: ${error.message}` : String(error);
  return {
    level: "warning",
    code: "audit-unwritten",
    text: `the audit table can't be written, what was recorded is kept and tried again: ${why}`,
  };
}
