import type { BrokerCounters } from "../../broker/broker-context.ts";
import type { BrokerEvent, PublishRefusal, RefusalReason, ReportedEvent } from "../../broker/broker-event.ts";
import { messageOf } from "../../errors/conche-error.ts";

/** Events of one kind that are handed out within a second; the rest is counted. */
const EVENTS_PER_SECOND = 20;
const TEXT_CHARACTERS = 200;

interface Window {
  startedAt: number;
  events: number;
  suppressed: number;
}

/** Counts what happens and reports it, no more often than somebody can read. */
export class BrokerJournal implements BrokerCounters {
  connected = 0;
  messagesIn = 0;
  messagesOut = 0;
  bytesIn = 0;
  inFlight = 0;
  deliveriesDropped = 0;
  willsDiscarded = 0;
  retainedDropped = 0;
  readonly refused: Partial<Record<RefusalReason, number>> = {};
  readonly publishesRefused: Partial<Record<PublishRefusal, number>> = {};
  readonly #listener: ((event: ReportedEvent) => void) | undefined;
  readonly #everyEvent: ((event: BrokerEvent) => void) | undefined;
  readonly #windows = new Map<BrokerEvent["kind"], Window>();

  /** @param everyEvent hears all of them, texts as they came: it must cost next to nothing */
  constructor(
    listener: ((event: ReportedEvent) => void) | undefined,
    everyEvent?: ((event: BrokerEvent) => void) | undefined,
  ) {
    this.#listener = listener;
    this.#everyEvent = everyEvent;
  }

  report(event: BrokerEvent): void {
    this.#count(event);
    this.#everyEvent?.(event);
    if (this.#listener === undefined) return;
    const window = this.#windowOf(event.kind);
    if (window.events >= EVENTS_PER_SECOND) {
      window.suppressed++;
      return;
    }
    window.events++;
    this.#listener({ ...shortened(event), suppressed: window.suppressed });
    window.suppressed = 0;
  }

  defect(error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    this.report({ kind: "defect", detail });
  }

  #count(event: BrokerEvent): void {
    switch (event.kind) {
      case "connected":
        this.connected++;
        break;
      case "connection-refused":
        this.refused[event.reason] = (this.refused[event.reason] ?? 0) + 1;
        break;
      case "publish-refused":
        this.publishesRefused[event.reason] = (this.publishesRefused[event.reason] ?? 0) + 1;
        break;
      case "delivery-dropped":
        this.deliveriesDropped++;
        break;
      case "will-discarded":
        this.willsDiscarded++;
        break;
      case "retained-dropped":
        this.retainedDropped++;
        break;
    }
  }

  #windowOf(kind: BrokerEvent["kind"]): Window {
    const now = performance.now();
    const window = this.#windows.get(kind);
    if (window !== undefined) {
      if (now - window.startedAt >= 1000) {
        window.startedAt = now;
        window.events = 0;
      }
      return window;
    }
    const opened = { startedAt: now, events: 0, suppressed: 0 };
    this.#windows.set(kind, opened);
    return opened;
  }
}

/** A client may name itself, its topics and filters at any length. */
function shortened<Event extends BrokerEvent>(event: Event): Event {
  const entries = Object.entries(event).map(([name, value]) => {
    const long = name !== "detail" && typeof value === "string" && value.length > TEXT_CHARACTERS;
    return [name, long ? `${value.slice(0, TEXT_CHARACTERS)}…` : value];
  });
  return Object.fromEntries(entries) as Event;
}
