import type { AccessDocument } from "../src/access/access-document.ts";
import { type AccessPolicy, accessPolicy, type PlantPlaces } from "../src/access/access-policy.ts";

/** The small plant that the table speaks of. */
export const TABLE_PLANT: PlantPlaces = {
  lines: ["plant-01/line-a", "plant-01/line-b"],
  machines: [
    "plant-01/line-a/s4_conching/conche-01",
    "plant-01/line-a/s5_tempering/temper-01",
    "plant-01/line-b/s4_conching/conche-11",
  ],
};

/** Its access file, as people write it. */
export const TABLE_ACCESS_FILE = `# Who there is beside the machines of the plant, and what they may.
access: 1
datacenters: [main]                  # datacenter/main
gateways:
  hall-a: { for: [plant-01/line-a] } # gateway/hall-a: a whole line, or a site
  lab: { for: [plant-01/lab/s9_laboratory/titrator-01] } # or single machines
desks:
  wallboard: { role: viewer }        # desk/wallboard: reads
  shift: { role: operator, at: [plant-01/line-a] } # acknowledges alarms of this line
  dashboard: { role: quality }       # and holds and releases lots
  engineer: { role: admin }          # and gives commands
`;

/** The same, read. */
export const TABLE_ACCESS: AccessDocument = {
  access: 1,
  datacenters: ["main"],
  gateways: {
    "hall-a": { for: ["plant-01/line-a"] },
    lab: { for: ["plant-01/lab/s9_laboratory/titrator-01"] },
  },
  desks: {
    wallboard: { role: "viewer" },
    shift: { role: "operator", at: ["plant-01/line-a"] },
    dashboard: { role: "quality" },
    engineer: { role: "admin" },
  },
};

/** What the table's rules are. */
export function tablePolicy(revoked: ReadonlySet<string> = new Set()): AccessPolicy {
  return accessPolicy({ plant: TABLE_PLANT, document: TABLE_ACCESS, revoked });
}

const CONCHE = "plant-01/line-a/s4_conching/conche-01";
const TEMPER = "plant-01/line-a/s5_tempering/temper-01";
const FOREIGN = "plant-01/line-b/s4_conching/conche-11";
const STRANGER = "plant-01/line-a/s4_conching/conche-99";
const TITRATOR = "plant-01/lab/s9_laboratory/titrator-01";

/** One attempt, and how it must end on every broker. */
export interface Attempt {
  /** Its identity. */
  readonly who: string;
  readonly does: "publish" | "retain" | "will" | "subscribe";
  /** A topic, or a filter where it subscribes. */
  readonly topic: string;
  readonly allowed: boolean;
  /** An acl_file of Mosquitto and the rules of EMQX can't tell it from a subscription that nobody shares. */
  readonly shared?: true;
}

const may = (who: string, does: Attempt["does"], ...topics: readonly string[]): Attempt[] =>
  topics.map((topic) => ({ who, does, topic, allowed: true }));
const mayNot = (who: string, does: Attempt["does"], ...topics: readonly string[]): Attempt[] =>
  topics.map((topic) => ({ who, does, topic, allowed: false }));

/** What is tried against the embedded broker, a real Mosquitto and the rendered rules of EMQX; docs/access.md shows it. */
export const ACCESS_TABLE: readonly Attempt[] = [
  ...may(
    CONCHE,
    "publish",
    ...["telemetry", "state", "alarm", "quality", "batch"].map((type) => `factory/${CONCHE}/${type}`),
  ),
  ...may(CONCHE, "retain", `factory/${CONCHE}/state`),
  ...may(CONCHE, "will", `factory/${CONCHE}/state`),
  ...mayNot(
    CONCHE,
    "publish",
    `factory/${TEMPER}/telemetry`,
    `factory/${CONCHE}/recipe`,
    `factory/${CONCHE}/state/more`,
    `factory/${CONCHE}`,
    `datacenter/${CONCHE}/receipt`,
    `datacenter/${CONCHE}/command`,
    `datacenter/${TEMPER}/receipt`,
    `factory/plant-01/line-a/s0_office/dashboard/alarm`,
    "elsewhere",
    "$SYS/broker/version",
  ),
  ...mayNot(CONCHE, "retain", `factory/${TEMPER}/state`, `datacenter/${CONCHE}/receipt`),
  ...mayNot(CONCHE, "will", `factory/${TEMPER}/state`, `datacenter/${TEMPER}/receipt`),
  ...may(CONCHE, "subscribe", `datacenter/${CONCHE}/receipt`, `datacenter/${CONCHE}/command`),
  ...mayNot(
    CONCHE,
    "subscribe",
    `datacenter/${TEMPER}/receipt`,
    `datacenter/${CONCHE}/#`,
    `datacenter/${CONCHE}/+`,
    "datacenter/#",
    "datacenter/+/+/+/+/receipt",
    `factory/${TEMPER}/telemetry`,
    "factory/#",
    "#",
    "+/+",
    "+/plant-01/#",
    "$SYS/#",
  ),
  { who: CONCHE, does: "subscribe", topic: "$share/ingest/factory/#", allowed: false },
  { who: CONCHE, does: "subscribe", topic: `$share/ingest/datacenter/${TEMPER}/receipt`, allowed: false },
  ...mayNot(STRANGER, "publish", `factory/${STRANGER}/telemetry`, `factory/${CONCHE}/telemetry`),
  ...mayNot(STRANGER, "subscribe", `datacenter/${STRANGER}/receipt`, "factory/#"),
  ...may("gateway/hall-a", "publish", `factory/${CONCHE}/telemetry`, `factory/${TEMPER}/alarm`),
  ...may("gateway/hall-a", "will", `factory/${CONCHE}/state`),
  ...mayNot(
    "gateway/hall-a",
    "publish",
    `factory/${FOREIGN}/telemetry`,
    `factory/plant-01/line-a/s0_office/dashboard/alarm`,
    `datacenter/${CONCHE}/receipt`,
    "factory/gateway/hall-a/telemetry",
  ),
  ...mayNot("gateway/hall-a", "will", `factory/${FOREIGN}/state`),
  ...may(
    "gateway/hall-a",
    "subscribe",
    "datacenter/plant-01/line-a/#",
    `datacenter/${CONCHE}/receipt`,
    "datacenter/plant-01/line-a/+/+/command",
  ),
  ...mayNot(
    "gateway/hall-a",
    "subscribe",
    `datacenter/${FOREIGN}/receipt`,
    "datacenter/plant-01/#",
    "datacenter/plant-01/+/#",
    "factory/#",
  ),
  ...may("gateway/lab", "publish", `factory/${TITRATOR}/quality`),
  ...mayNot("gateway/lab", "publish", `factory/${CONCHE}/quality`),
  ...may("gateway/lab", "subscribe", `datacenter/${TITRATOR}/receipt`),
  ...mayNot("gateway/lab", "subscribe", "datacenter/plant-01/lab/#"),
  ...may("datacenter/main", "publish", `datacenter/${CONCHE}/receipt`, `datacenter/${FOREIGN}/command`),
  ...may("datacenter/main", "retain", `datacenter/${CONCHE}/receipt`),
  ...mayNot("datacenter/main", "publish", `factory/${CONCHE}/telemetry`, "elsewhere"),
  ...may("datacenter/main", "subscribe", "factory/#", "factory/+/+/+/+/state"),
  ...mayNot("datacenter/main", "subscribe", "#", `datacenter/${CONCHE}/receipt`, "$SYS/#"),
  {
    who: "datacenter/main",
    does: "subscribe",
    topic: "$share/ingest/factory/#",
    allowed: true,
    shared: true,
  },
  ...mayNot("datacenter/other", "publish", `datacenter/${CONCHE}/receipt`),
  ...mayNot("datacenter/other", "subscribe", "factory/#"),
  ...may("desk/wallboard", "subscribe", "factory/#", `factory/${CONCHE}/telemetry`),
  ...mayNot("desk/wallboard", "subscribe", `datacenter/${CONCHE}/receipt`, "#"),
  {
    who: "desk/wallboard",
    does: "subscribe",
    topic: "$share/ingest/factory/#",
    allowed: false,
    shared: true,
  },
  ...mayNot(
    "desk/wallboard",
    "publish",
    "factory/plant-01/line-a/s0_office/wallboard/alarm",
    `factory/${CONCHE}/state`,
  ),
  ...may("desk/shift", "publish", "factory/plant-01/line-a/s0_office/shift/alarm"),
  ...mayNot(
    "desk/shift",
    "publish",
    "factory/plant-01/line-a/s0_office/shift/batch",
    "factory/plant-01/line-b/s0_office/shift/alarm",
    "factory/plant-01/line-a/s0_office/dashboard/alarm",
    `datacenter/${CONCHE}/command`,
  ),
  ...may("desk/shift", "subscribe", "datacenter/plant-01/line-a/s0_office/shift/receipt"),
  ...may(
    "desk/dashboard",
    "publish",
    "factory/plant-01/line-a/s0_office/dashboard/batch",
    "factory/plant-01/line-b/s0_office/dashboard/alarm",
  ),
  ...mayNot(
    "desk/dashboard",
    "publish",
    "factory/plant-01/line-a/s0_office/dashboard/telemetry",
    `datacenter/${CONCHE}/command`,
  ),
  ...may(
    "desk/engineer",
    "publish",
    `datacenter/${CONCHE}/command`,
    "factory/plant-01/line-a/s0_office/engineer/batch",
  ),
  ...mayNot("desk/engineer", "publish", `datacenter/${CONCHE}/receipt`, `factory/${CONCHE}/telemetry`),
  ...mayNot("desk/engineer", "publish", "$SYS/broker/version"),
  ...may("desk/engineer", "subscribe", "$SYS/#", "$SYS/broker/clients/connected"),
  ...mayNot("desk/engineer", "subscribe", "#"),
  { who: "desk/engineer", does: "subscribe", topic: "$share/ingest/$SYS/#", allowed: false, shared: true },
  ...mayNot("desk/dashboard", "subscribe", "$SYS/#"),
  ...mayNot("desk/wallboard", "subscribe", "$SYS/broker/clients/connected"),
];
