import { Type } from "typebox";
import { choice, integer, optionalAddress, optionalPath, optionalText } from "./setting.ts";

const SMALLEST_OUTBOX = 4_194_304;
const LARGEST_OUTBOX = 1_099_511_627_776;

/** What edge and bridge keep, and under which name. */
export const forwarding = Type.Object(
  {
    name: optionalText({
      name: "name",
      argument: "NAME",
      help: "name of this edge or bridge: its client ids are made of it, so no two on one broker may share it",
      pattern: "^[a-z0-9][a-z0-9_-]{0,39}$",
      expected: "1 to 40 characters of a-z, 0-9, _ and -",
      defaultText: "made from the outbox",
    }),
    gateway: optionalText({
      name: "gateway",
      argument: "ADDRESS",
      help: "its own address as a machine, SITE/LINE/s0_edge/NAME; nothing else may publish under it",
      pattern:
        "^[a-z0-9][a-z0-9_-]{0,62}/[a-z0-9][a-z0-9_-]{0,62}/s[0-9]_[a-z0-9_]{1,60}/[a-z0-9][a-z0-9_-]{0,62}$",
      expected: "an address such as tunis-01/line-a/s0_edge/bridge-01",
      defaultText: "unassigned/unassigned/s0_edge/<name>",
    }),
    outboxBytes: integer(
      {
        name: "outbox-limit",
        argument: "BYTES",
        help: "room for messages that the data center has not confirmed; when it is full, no more is taken",
      },
      SMALLEST_OUTBOX,
      LARGEST_OUTBOX,
      1_073_741_824,
    ),
    telemetryBytes: integer(
      {
        name: "telemetry-limit",
        argument: "BYTES",
        help: "room for telemetry that the data center has not confirmed; when it is full, the oldest goes",
      },
      SMALLEST_OUTBOX,
      LARGEST_OUTBOX,
      268_435_456,
    ),
  },
  { title: "Edge and bridge" },
);

/** The broker above. */
export const cloud = Type.Object(
  {
    url: optionalAddress(
      { name: "cloud", argument: "URL", help: "the broker that messages are forwarded to (MQTT 5)" },
      ["mqtts?", "wss?"],
    ),
    username: optionalText({ name: "cloud-username", argument: "USER", help: "user name on that broker" }),
    password: optionalText({
      name: "cloud-password",
      argument: "PASSWORD",
      help: "password on that broker; environment or file only, or better --cloud-password-file",
      secret: true,
    }),
    passwordFile: optionalPath({
      name: "cloud-password-file",
      argument: "FILE",
      help: "file whose first line is the password on that broker",
    }),
    ca: optionalPath({
      name: "cloud-ca",
      argument: "FILE",
      help: "certificates (PEM or DER) that broker's certificate is checked with",
    }),
    cert: optionalPath({
      name: "cloud-cert",
      argument: "FILE",
      help: "client certificate (PEM or DER) shown to that broker",
    }),
    key: optionalPath({
      name: "cloud-key",
      argument: "FILE",
      help: "private key (PEM or DER) of --cloud-cert",
    }),
    keyPassphrase: optionalText({
      name: "cloud-key-passphrase",
      argument: "PASSPHRASE",
      help: "passphrase of --cloud-key, where it is encrypted; environment or file only",
      secret: true,
    }),
    keepaliveSeconds: integer(
      {
        name: "cloud-keepalive",
        argument: "SECONDS",
        help: "longest silence on the connection to that broker, in seconds",
      },
      5,
      65_535,
      30,
    ),
    window: integer(
      {
        name: "cloud-window",
        argument: "N",
        help: "messages sent ahead of that broker's acknowledgements",
      },
      1,
      65_535,
      1_000,
    ),
  },
  { title: "The broker above" },
);

/** The broker of the machines, where it isn't the embedded one. */
export const local = Type.Object(
  {
    url: optionalAddress(
      {
        name: "local",
        argument: "URL",
        help: "the broker that the machines publish to: mqtt://host:1883, mqtts://host:8883",
        defaultText: "an embedded broker (edge)",
      },
      ["mqtts?"],
    ),
    protocol: choice(
      { name: "local-protocol", argument: "5|3.1.1", help: "MQTT version spoken with that broker" },
      ["5", "3.1.1"],
      "5",
    ),
    username: optionalText({ name: "local-username", argument: "USER", help: "user name on that broker" }),
    password: optionalText({
      name: "local-password",
      argument: "PASSWORD",
      help: "password on that broker; environment or file only, or better --local-password-file",
      secret: true,
    }),
    passwordFile: optionalPath({
      name: "local-password-file",
      argument: "FILE",
      help: "file whose first line is the password on that broker",
    }),
    ca: optionalPath({
      name: "local-ca",
      argument: "FILE",
      help: "certificates (PEM or DER) that broker's certificate is checked with",
    }),
    cert: optionalPath({
      name: "local-cert",
      argument: "FILE",
      help: "client certificate (PEM or DER) shown to that broker",
    }),
    key: optionalPath({
      name: "local-key",
      argument: "FILE",
      help: "private key (PEM or DER) of --local-cert",
    }),
    keyPassphrase: optionalText({
      name: "local-key-passphrase",
      argument: "PASSPHRASE",
      help: "passphrase of --local-key, where it is encrypted; environment or file only",
      secret: true,
    }),
    sessionExpirySeconds: integer(
      {
        name: "local-session-expiry",
        argument: "SECONDS",
        help: "how long that broker keeps messages for a bridge that is away, in seconds",
      },
      1,
      4_294_967_295,
      604_800,
    ),
    receiveMaximum: integer(
      {
        name: "local-receive-maximum",
        argument: "N",
        help: "messages that broker may send ahead of their acknowledgement (MQTT 5)",
      },
      1,
      65_535,
      1_000,
    ),
    keepaliveSeconds: integer(
      {
        name: "local-keepalive",
        argument: "SECONDS",
        help: "longest silence on the connection to that broker, in seconds",
      },
      5,
      65_535,
      30,
    ),
  },
  { title: "The machines' broker" },
);
