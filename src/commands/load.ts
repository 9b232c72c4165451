import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { LoadConsole } from "../adapters/terminal/load-console.ts";
import { LEVEL_PATTERN } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { shortestPayload } from "../load/load-message.ts";
import { LOAD_TYPES, type LoadOrder } from "../load/load-order.ts";
import { shownAddress } from "../mqtt/broker-address.ts";
import { consumerOptions } from "../run/broker/consumer-options.ts";
import { runLoad } from "../run/load/load-run.ts";
import { defineCommand, type Invocation } from "./command.ts";
import { PUBLISHING_ONLY } from "./command-options.ts";
import { matching, oneOf, wholeNumber } from "./option-values.ts";
import { INTERRUPTED } from "./stop-signal.ts";

const OPTIONS = {
  connections: {
    argument: "N",
    help: "machines, each with a connection of its own (default: 10)",
    parse: wholeNumber(1, 100_000),
  },
  rate: {
    argument: "N",
    help: "messages per second over all connections (default: as fast as they are acknowledged)",
    parse: wholeNumber(1, 10_000_000),
  },
  messages: {
    argument: "N",
    help: "end after so many messages (default: until --for is over, or Ctrl-C)",
    parse: wholeNumber(1, 1_000_000_000),
  },
  qos: { argument: "0|1", help: "QoS of the messages (default: 1)", parse: oneOf(["0", "1"]) },
  type: {
    argument: "TYPE",
    help: "telemetry, alarm or quality (default: telemetry)",
    parse: oneOf(LOAD_TYPES),
  },
  payloadSize: {
    argument: "BYTES",
    help: "size of each payload (default: 200)",
    parse: wholeNumber(1, 1_000_000),
  },
  payloadVersion: {
    argument: "1|2",
    help: "payload version; messages of version 1 have no identity (default: 2)",
    parse: oneOf(["1", "2"]),
  },
  unsequenced: { help: "leave boot and seq out, so that the data center knows neither duplicate nor gap" },
  window: {
    argument: "N",
    help: "messages of a connection that may wait for their acknowledgement (default: 100)",
    parse: wholeNumber(1, 60_000),
  },
  threads: {
    argument: "N",
    help: "threads that make the load (default: the machine's cores less one)",
    parse: wholeNumber(1, 256),
  },
  site: {
    argument: "SITE",
    help: "site in the topics (default: load-01)",
    parse: matching(LEVEL_PATTERN, "a topic level: lower-case letters, digits, _ and -, up to 63"),
  },
} as const;

/** `conche load` */
export const load = defineCommand({
  name: "load",
  summary: "a load generator for any broker: rate, acknowledgement latency, errors",
  description:
    "Connects many machines and lets them publish valid messages of the contract, at a rate or as fast as the broker\n" +
    "acknowledges; reports what it reached and how long acknowledgements took. Without --broker it loads a data\n" +
    "center's embedded broker on this machine (--mqtt-host, --mqtt-port). At a given rate the latency of a message counts\n" +
    "from the moment it was due, so a broker that stalls shows. Exits with 1 when anything was refused, left unanswered\n" +
    "or a connection broke. What a data center stores of it stays in its log: load one that is there for it.",
  examples: [
    ["conche load --for 10", "ten connections as fast as the embedded broker acknowledges"],
    ["conche load --connections 500 --rate 5000 --for 60", "a plant's worth, for a minute"],
    [
      "conche load --broker mqtt://broker.plant:1883 --qos 0 --payload-size 1000 --for 30",
      "QoS 0 to another broker",
    ],
    ["conche load --messages 100000 --json", "a number of messages, the result as JSON Lines"],
  ],
  settings: ["forSeconds", "quiet", "mqtt", "broker"],
  only: PUBLISHING_ONLY,
  options: OPTIONS,
  run: async (invocation) => {
    const { config, options, terminal, stopSignal } = invocation;
    const stop = stopSignal();
    const order = orderOf(invocation);
    const url = brokerUrl(invocation);
    const view = new LoadConsole({
      terminal,
      mode: config.json ? "json" : "lines",
      quiet: config.quiet,
      broker: shownAddress(url),
      protocol: config.broker.protocol,
      now: () => performance.now(),
    });
    const clientId = `load-${randomBytes(3).toString("hex")}`;
    // Threads take no function: a load has the certificates that there are at its start.
    const { tls, ...broker } = await consumerOptions(url, config);
    const report = await runLoad({
      broker: { ...broker, ...tls?.(), clientId },
      order,
      threads: options.threads ?? Math.max(1, availableParallelism() - 1),
      forSeconds: config.forSeconds,
      stop,
      view,
    });
    if (report === undefined) {
      view.stoppedEarly();
      return INTERRUPTED;
    }
    view.ended(report);
    return report.ok ? 0 : 1;
  },
});

type LoadInvocation = Invocation<typeof OPTIONS>;

/** @throws ConcheError CONCHE_USAGE when no message is as small as asked */
function orderOf({ options }: LoadInvocation): LoadOrder {
  const payloadVersion = options.payloadVersion === "1" ? 1 : 2;
  const order: LoadOrder = {
    site: options.site ?? "load-01",
    type: options.type ?? "telemetry",
    payloadVersion,
    identified: payloadVersion === 2 && !options.unsequenced,
    connections: options.connections ?? 10,
    qos: options.qos === "0" ? 0 : 1,
    payloadBytes: options.payloadSize ?? 200,
    window: options.window ?? 100,
    rate: options.rate,
    messages: options.messages,
  };
  const shortest = shortestPayload(order);
  if (order.payloadBytes >= shortest) return order;
  if (options.payloadSize === undefined) return { ...order, payloadBytes: shortest };
  throw new ConcheError("CONCHE_USAGE", {
    message: `--payload-size ${order.payloadBytes}: the shortest ${order.type} of version ${payloadVersion} has ${shortest} bytes`,
    hint: "choose a larger --payload-size, or --payload-version 1",
  });
}

/** @throws ConcheError CONCHE_BROKER_URL_INVALID for MQTT over WebSocket */
function brokerUrl({ config }: LoadInvocation): string {
  const url = config.broker.url ?? `mqtt://${config.mqtt.host}:${config.mqtt.port}`;
  if (!/^wss?:/.test(url)) return url;
  throw new ConcheError("CONCHE_BROKER_URL_INVALID", {
    message: "a load is made over TCP or TLS, not over WebSocket",
    hint: "use mqtt://host:1883 or mqtts://host:8883",
  });
}
