import type { ConcheError } from "../../errors/conche-error.ts";
import type { LoadCounts } from "../../load/load-counts.ts";
import type { LoadOrder } from "../../load/load-order.ts";
import type { AckLatency, LoadReport } from "../../load/load-report.ts";
import { counted, grouped } from "./counts.ts";
import { jsonLine } from "./json-line.ts";
import { Notices } from "./notices.ts";
import { renderTable, type TableCell } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** What a load shows itself with. */
export interface LoadConsoleOptions {
  readonly terminal: Terminal;
  readonly mode: "lines" | "json";
  readonly quiet: boolean;
  /** The broker, without password. */
  readonly broker: string;
  readonly protocol: string;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** The same trouble is told again after so long, milliseconds: a broker that goes loses every connection at once. */
const TROUBLE_AGAIN_MS = 5_000;

/** Shows a load: a line per second, a table at the end; JSON Lines for programs. */
export class LoadConsole {
  readonly #options: LoadConsoleOptions;
  readonly #notices: Notices;
  readonly #troubles = new Map<string, number>();
  #seconds = 0;
  #before = { settled: 0, at: 0 };

  constructor(options: LoadConsoleOptions) {
    this.#options = options;
    this.#notices = new Notices(options);
  }

  /** Connections are about to be made. */
  connecting(connections: number): void {
    const { mode, quiet, broker } = this.#options;
    if (quiet) return;
    if (mode === "json") this.#out(jsonLine({ event: "connecting", broker, connections }));
    else this.#out(`making ${counted(connections, "connection")} to ${broker}`);
  }

  /** Every connection stands, and sending begins. */
  started(order: LoadOrder, threads: number): void {
    const { mode, quiet, broker, protocol, now } = this.#options;
    this.#before = { settled: 0, at: now() };
    const { site, type, payloadVersion, identified, connections, qos, payloadBytes, window } = order;
    const { rate = null, messages = null } = order;
    if (mode === "json") {
      const fields = { site, type, payloadVersion, identified, connections, threads, qos, protocol };
      this.#out(jsonLine({ event: "started", broker, ...fields, payloadBytes, window, rate, messages }));
    } else if (!quiet) {
      const pace = rate === null ? "as fast as it acknowledges" : `${grouped(rate)} messages/s`;
      this.#out(
        `${counted(connections, "connection")}, MQTT ${protocol}: ${type} of ${grouped(payloadBytes)} bytes, ` +
          `QoS ${qos}, ${pace}; Ctrl-C stops`,
      );
    }
  }

  /** A second has passed. */
  second(counts: LoadCounts, latencyMs: AckLatency | undefined): void {
    const { mode, quiet, now } = this.#options;
    this.#seconds++;
    const at = now();
    const settled = counts.acknowledged;
    const rate = Math.round(((settled - this.#before.settled) / Math.max(1, at - this.#before.at)) * 1_000);
    this.#before = { settled, at };
    if (quiet) return;
    if (mode === "json") {
      const { errors: _, lastMs: __, ...numbers } = counts;
      this.#out(
        jsonLine({
          event: "progress",
          second: this.#seconds,
          rate,
          ...numbers,
          latencyMs: latencyMs ?? null,
        }),
      );
      return;
    }
    const parts = [
      `${String(this.#seconds).padStart(4)} s`,
      `${grouped(rate).padStart(9)} messages/s`,
      ...(latencyMs === undefined ? [] : [`p50 ${ms(latencyMs.p50)}`, `p99 ${ms(latencyMs.p99)}`]),
      ...(counts.inFlight === 0 ? [] : [`${grouped(counts.inFlight)} in flight`]),
      ...problems(counts),
    ];
    this.#out(parts.join("   "));
  }

  /** Something went wrong without ending the load. */
  trouble({ code, message, hint }: ConcheError): void {
    const at = this.#options.now();
    const last = this.#troubles.get(code);
    if (last !== undefined && at - last < TROUBLE_AGAIN_MS) return;
    this.#troubles.set(code, at);
    this.#notices.say({ level: "warning", code, text: message, hint }, "notice", { message });
  }

  /** It is over: what came of it. */
  ended(report: LoadReport): void {
    const { mode, terminal } = this.#options;
    if (mode === "json") {
      this.#out(loadJson(report));
      return;
    }
    const surface = { columns: terminal.columns, colour: terminal.colour };
    const columns = [
      { title: "load" },
      { title: "", align: "right" },
      { title: "", flexible: true },
    ] as const;
    this.#out(renderTable(columns, rows(report), surface));
  }

  /** It was stopped while connections were being made. */
  stoppedEarly(): void {
    if (this.#options.mode === "json") this.#out(jsonLine({ event: "stopped", sent: 0, acknowledged: 0 }));
    else this.#out("stopped before the load began");
  }

  #out(line: string): void {
    this.#options.terminal.out.write(`${line}\n`);
  }
}

function loadJson({ seconds, rate, latencyMs, counts, order, ok }: LoadReport): string {
  const { sent, acknowledged, unheard, refused, unanswered, lostConnections, errors } = counts;
  return jsonLine({
    event: "stopped",
    ok,
    seconds: Number(seconds.toFixed(3)),
    rate: Number(rate.toFixed(1)),
    askedRate: order.rate ?? null,
    ...{ sent, acknowledged, unheard, refused, unanswered, lostConnections },
    latencyMs: latencyMs ?? null,
    errors,
  });
}

function rows({ seconds, rate, latencyMs, counts, order, threads }: LoadReport): TableCell[][] {
  const asked = order.rate === undefined ? "" : `asked for ${grouped(order.rate)}`;
  const bad = (count: number): TableCell =>
    count === 0 ? "0" : { text: grouped(count), style: ["red", "bold"] };
  const answered: TableCell[][] =
    order.qos === 0
      ? []
      : [
          ["acknowledged", grouped(counts.acknowledged), nobody(counts.unheard)],
          ["refused", bad(counts.refused), ""],
          ["unanswered", bad(counts.unanswered), ""],
        ];
  const latency =
    latencyMs === undefined
      ? []
      : (["mean", "p50", "p99", "p999", "max"] as const).map((name): TableCell[] => [
          `acknowledgement ${name === "p999" ? "p99.9" : name}`,
          latencyMs[name].toFixed(2),
          "ms",
        ]);
  return [
    [
      "time",
      seconds.toFixed(1),
      `s, ${counted(order.connections, "connection")}, ${counted(threads, "thread")}`,
    ],
    ["sent", grouped(counts.sent), ""],
    ...answered,
    ["rate", grouped(Math.round(rate)), `messages/s ${asked}`.trim()],
    ...latency,
    ["connections lost", bad(counts.lostConnections), ""],
    ...Object.entries(counts.errors).map(([words, times]): TableCell[] => ["error", bad(times), words]),
  ];
}

function nobody(unheard: number): string {
  return unheard === 0 ? "" : `${grouped(unheard)} of them have no subscriber`;
}

function problems({ refused, unanswered, lostConnections }: LoadCounts): string[] {
  return [
    ...(refused === 0 ? [] : [`${grouped(refused)} refused`]),
    ...(unanswered === 0 ? [] : [`${grouped(unanswered)} unanswered`]),
    ...(lostConnections === 0 ? [] : [`${counted(lostConnections, "lost connection")}`]),
  ];
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}
