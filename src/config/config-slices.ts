import { Type } from "typebox";
import {
  choice,
  integer,
  list,
  numberChoice,
  optionalAddress,
  optionalInteger,
  optionalPath,
  optionalText,
  optionalTime,
  positive,
  span,
  switchedOn,
  text,
} from "./setting.ts";
import { brokerTls, machineCertificates } from "./tls-slice.ts";

const PORT_MAX = 65_535;

/** The embedded MQTT broker. */
export const mqtt = Type.Object(
  {
    host: text(
      { name: "mqtt-host", argument: "ADDRESS", help: "address the embedded broker listens on" },
      "127.0.0.1",
    ),
    port: integer(
      {
        name: "mqtt-port",
        argument: "PORT",
        help: "TCP port of the embedded broker; 0 picks a free one",
        defaultText: "1883, with TLS 8883",
      },
      0,
      PORT_MAX,
      1883,
    ),
    wsPort: optionalInteger(
      {
        name: "mqtt-ws-port",
        argument: "PORT",
        help: "port of MQTT over WebSocket, for browsers; 0 picks a free one",
        offWord: "off",
        defaultText: "off",
      },
      0,
      PORT_MAX,
    ),
    passwords: optionalPath({
      name: "mqtt-passwords",
      argument: "FILE",
      help: "users that may connect, as `conche passwd` and mosquitto_passwd write them; beyond loopback these are needed, or --mqtt-client-ca",
    }),
    ...brokerTls,
    proxyProtocol: switchedOn({
      name: "mqtt-proxy-protocol",
      help: "behind a load balancer: each connection begins with a PROXY protocol v2 header, by which its address is known",
    }),
    allowedOrigins: list({
      name: "mqtt-allowed-origins",
      argument: "ORIGINS",
      help: "web origins that may open MQTT over WebSocket, separated by commas",
      pattern: "^https?://[^/\\s]+$",
      expected: "origins such as http://localhost:8080, separated by commas",
      defaultText: "only pages of the same host",
    }),
    packetLimit: integer(
      { name: "packet-limit", argument: "BYTES", help: "largest MQTT packet that is taken, in bytes" },
      1_024,
      16_777_216,
      1_048_576,
    ),
    subscriptionLimit: integer(
      { name: "subscription-limit", argument: "N", help: "subscriptions that one client may have" },
      1,
      10_000,
      100,
    ),
  },
  { title: "Embedded broker" },
);

/** What could not be used. */
export const quarantine = Type.Object(
  {
    limitBytes: integer(
      { name: "quarantine-limit", argument: "BYTES", help: "how much quarantine may hold, in bytes" },
      // A commit may bring 32 MiB, and must fit in.
      67_108_864,
      1_099_511_627_776,
      1_073_741_824,
    ),
    whenFull: choice(
      {
        name: "quarantine-full",
        argument: "HOW",
        help: "at the limit: stop (acknowledge nothing more), or drop (the oldest go, replayed ones first)",
      },
      ["stop", "drop"],
      "stop",
    ),
  },
  { title: "Quarantine" },
);

/** The simulated line. */
export const simulation = Type.Object(
  {
    lines: integer({ name: "lines", argument: "N", help: "number of simulated lines per site" }, 1, 1_000, 1),
    sites: optionalInteger(
      {
        name: "sites",
        argument: "N",
        help: "number of simulated sites, each with its lines",
        defaultText: "as many as the plant has",
      },
      1,
      1_000,
    ),
    speed: positive({ name: "speed", argument: "X", help: "simulated seconds per second" }, 100_000, 1),
    seed: integer(
      { name: "seed", argument: "N", help: "seed of the simulation: same seed and start, same messages" },
      0,
      4_294_967_295,
      1,
    ),
    startMs: optionalTime({
      name: "start",
      argument: "TIME",
      help: "simulated time at the start, ISO 8601 with a zone",
      defaultText: "now",
    }),
    telemetryIntervalSeconds: optionalInteger(
      {
        name: "telemetry-interval",
        argument: "SECONDS",
        help: "a simulated machine sends telemetry at most once in so many seconds; over 30, a plant file has to say so (telemetry_interval_s), or machines are silent in between",
        defaultText: "as the plant says",
      },
      1,
      3_600,
    ),
    scenario: optionalText({
      name: "scenario",
      argument: "NAME|FILE",
      help: "what goes wrong: a name of `conche scenario list`, or a scenario file (./mine.yaml)",
      expected: "the name of a scenario, or a path",
      defaultText: "nothing goes wrong",
    }),
    machineCertificates,
    payloadVersion: numberChoice(
      { name: "payload-version", argument: "1|2", help: "payload version the simulated machines speak" },
      [1, 2],
      2,
    ),
  },
  { title: "Simulated line" },
);

const DAY_MS = 86_400_000;

/** The story of the line that `up` simulates. */
export const story = Type.Object(
  {
    historyMs: span(
      {
        name: "history",
        argument: "SPAN",
        help: "how much past a new line has, and how much of a pause is caught up at a restart",
        offWord: "none",
        defaultText: "3d",
      },
      366 * DAY_MS,
      3 * DAY_MS,
    ),
  },
  { title: "Story of the line" },
);

/** A broker other than the embedded one. */
export const broker = Type.Object(
  {
    url: optionalAddress(
      {
        name: "broker",
        argument: "URL",
        help: "use this broker instead of the embedded one: mqtt://host:1883, mqtts://host:8883",
        defaultText: "the embedded broker",
      },
      ["mqtts?", "wss?"],
    ),
    protocol: choice(
      { name: "protocol", argument: "5|3.1.1", help: "MQTT version spoken with --broker" },
      ["5", "3.1.1"],
      "5",
    ),
    clientId: text(
      {
        name: "client-id",
        argument: "ID",
        help: "client id on the broker; one per data center, and the same after every start",
        pattern: "^[^\\u0000-\\u001f\\u007f]{1,128}$",
        expected: "1 to 128 characters",
      },
      "conche-datacenter",
    ),
    username: optionalText({ name: "username", argument: "USER", help: "user name on the broker" }),
    password: optionalText({
      name: "password",
      argument: "PASSWORD",
      help: "password on the broker; environment or file only, or better --password-file",
      secret: true,
    }),
    passwordFile: optionalPath({
      name: "password-file",
      argument: "FILE",
      help: "file whose first line is the password on the broker",
    }),
    ca: optionalPath({
      name: "ca",
      argument: "FILE",
      help: "certificates (PEM or DER) the broker's certificate is checked with",
    }),
    cert: optionalPath({
      name: "cert",
      argument: "FILE",
      help: "client certificate (PEM or DER) shown to the broker",
    }),
    key: optionalPath({ name: "key", argument: "FILE", help: "private key (PEM or DER) of --cert" }),
    keyPassphrase: optionalText({
      name: "key-passphrase",
      argument: "PASSPHRASE",
      help: "passphrase of --key, where it is encrypted; environment or file only",
      secret: true,
    }),
    sessionExpirySeconds: integer(
      {
        name: "session-expiry",
        argument: "SECONDS",
        help: "how long the broker keeps messages for a data center that is away, in seconds",
      },
      1,
      4_294_967_295,
      604_800,
    ),
    receiveMaximum: integer(
      {
        name: "receive-maximum",
        argument: "N",
        help: "messages the broker may send ahead of their acknowledgement (MQTT 5)",
      },
      1,
      65_535,
      1_000,
    ),
    keepaliveSeconds: integer(
      {
        name: "keepalive",
        argument: "SECONDS",
        help: "longest silence on the connection to the broker, in seconds",
      },
      5,
      65_535,
      30,
    ),
  },
  { title: "Another broker" },
);
