import { createHistogram } from "node:perf_hooks";
import mqtt, { type MqttClient } from "mqtt";
import type { Receipt } from "../../src/contract/receipt.ts";
import { ReceiptCoverage } from "../../src/edge/receipt-coverage.ts";

/** Listens to receipts on a connection of its own, and finds out how long each message waits for the one that covers it. */
export class ReceiptWatch {
  /** Microseconds. */
  readonly histogram = createHistogram();
  readonly #client: MqttClient;
  readonly #coverage = new Map<string, ReceiptCoverage>();
  readonly #due = new Map<string, number>();
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

  /** @param due when the message had to be handed over, milliseconds of `performance.now()` */
  expect(machine: string, seq: number, due: number): void {
    if (this.#coverage.get(machine)?.covers(seq) === true) this.#record(due);
    else this.#due.set(`${machine} ${seq}`, due);
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
    for (const [from, to] of outcome.covered) {
      for (let seq = from; seq <= to; seq++) {
        const key = `${machine} ${seq}`;
        const due = this.#due.get(key);
        if (due === undefined) continue;
        this.#due.delete(key);
        this.#record(due);
      }
    }
  }

  #record(due: number): void {
    this.histogram.record(Math.max(1, Math.round((performance.now() - due) * 1_000)));
    this.#counted?.();
  }
}
