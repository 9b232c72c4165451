import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import mqtt, { type MqttClient } from "mqtt";
import type { Receipt } from "../../src/contract/receipt.ts";
import { ReceiptCoverage } from "../../src/edge/receipt-coverage.ts";

/** A message that waits for its receipt; milliseconds of `performance.now()`. */
export interface Expected {
  /** When it had to be handed over. */
  readonly due: number;
  /** When it was in the outbox. */
  readonly kept: number;
}

/** What the wait of a message consists of, all in microseconds. */
export type Stretch = "toDisk" | "toReceipt" | "back";

/** Listens to receipts on a connection of its own, and finds out how long each message waits for the one that covers it. */
export class ReceiptWatch {
  /** From due to receipt, microseconds. */
  readonly histogram = createHistogram();
  /** The same in parts: until it is in the outbox, until the data center makes the receipt, until that is here. */
  readonly stretches = { toDisk: createHistogram(), toReceipt: createHistogram(), back: createHistogram() };
  readonly #client: MqttClient;
  readonly #coverage = new Map<string, ReceiptCoverage>();
  readonly #expected = new Map<string, Expected>();
  #counted: (() => void) | undefined;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on("message", (topic, payload) => {
      const machine = topic.slice("datacenter/".length, -"/receipt".length);
      this.#came(machine, JSON.parse(payload.toString()) as Receipt);
    });
  }

  static async open(url: string): Promise<ReceiptWatch> {
    const client = await mqtt.connectAsync(url, { clientId: "bench-receipts", protocolVersion: 5 });
    const watch = new ReceiptWatch(client);
    await client.subscribeAsync("datacenter/+/+/+/+/receipt", { qos: 1 });
    return watch;
  }

  expect(machine: string, seq: number, expected: Expected): void {
    if (this.#coverage.get(machine)?.covers(seq) === true) this.#record(expected, performance.now());
    else this.#expected.set(`${machine} ${seq}`, expected);
  }

  /** Resolves when so many messages have their receipt. */
  async seen(messages: number): Promise<void> {
    while (this.histogram.count < messages) {
      await new Promise<void>((resolve) => {
        this.#counted = resolve;
      });
    }
  }

  async close(): Promise<void> {
    await this.#client.endAsync();
  }

  #came(machine: string, receipt: Receipt): void {
    const coverage = this.#coverage.get(machine) ?? new ReceiptCoverage();
    this.#coverage.set(machine, coverage);
    const outcome = coverage.take(receipt);
    if (outcome.kind === "ignored") return;
    const madeAt = Date.parse(receipt.at) - performance.timeOrigin;
    for (const [from, to] of outcome.covered) {
      for (let seq = from; seq <= to; seq++) {
        const key = `${machine} ${seq}`;
        const expected = this.#expected.get(key);
        if (expected === undefined) continue;
        this.#expected.delete(key);
        this.#record(expected, madeAt);
      }
    }
  }

  #record({ due, kept }: Expected, madeAt: number): void {
    const now = performance.now();
    record(this.histogram, now - due);
    record(this.stretches.toDisk, kept - due);
    record(this.stretches.toReceipt, madeAt - kept);
    record(this.stretches.back, now - madeAt);
    this.#counted?.();
  }
}

function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1_000)));
}
