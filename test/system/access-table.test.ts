import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { ACCESS_TABLE, type Attempt, TABLE_PLANT, tablePolicy } from "../../scripts/access-table.ts";
import { policyRules } from "../../src/access/policy-rules.ts";
import { mosquittoAclFile } from "../../src/adapters/mosquitto/acl-file.ts";
import { mosquittoDynamicSecurity } from "../../src/adapters/mosquitto/dynamic-security.ts";
import { DOWN_KINDS, MESSAGE_TYPES, UP_ROOT } from "../../src/contract/topic.ts";
import { matchesFilter } from "../../src/mqtt/topic-rules.ts";
import { startBroker } from "../adapters/broker/broker-under-test.ts";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { afterwards } from "../servers/afterwards.ts";
import { type MosquittoOptions, NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";
import { dynamicSecurityPlugin, NO_DYNAMIC_SECURITY, passwordLine } from "../servers/mosquitto-access.ts";

const PASSWORD = Buffer.from("a password of the table");
/** Sees and says everything: no identity of the table. */
const OBSERVER = "observer";

/** A broker that the table is tried against. */
interface TriedBroker {
  readonly port: number;
  /** Publishes as somebody who may, and resolves when the broker has routed it. */
  say(topic: string): Promise<void>;
  /** The topics of what has reached the broker's other side since the last call. */
  heard(): Promise<string[]>;
  /** Whether it judges SUBSCRIBE, or deliveries only. */
  readonly judgesSubscribe: boolean;
}

type Version = 4 | 5;

async function client(
  broker: TriedBroker,
  { who, does, topic }: Attempt,
  version: Version,
): Promise<RawClient> {
  const will = { topic, payload: Buffer.from("a will"), qos: 1 as const, retain: false };
  return RawClient.connected(broker.port, version, `table-${version}`, {
    username: who,
    password: PASSWORD,
    ...(does === "will" ? { will } : {}),
  });
}

/** Publishes, retains, or dies; gives whether the message came through. */
async function comesThrough(broker: TriedBroker, attempt: Attempt, version: Version): Promise<boolean> {
  const { does, topic } = attempt;
  if (does === "will") {
    // The embedded broker refuses the CONNECT: the client is told while it can be.
    const doomed = await client(broker, attempt, version).catch(() => undefined);
    doomed?.cut();
    await doomed?.closed;
  } else {
    const speaker = await client(broker, attempt, version);
    speaker.publish(topic, "tried", 1, 1, { retain: does === "retain" });
    await speaker.next();
    speaker.cut();
    await speaker.closed;
  }
  const topics = await broker.heard();
  // That a connection is gone may be seen after the next one.
  for (const deadline = Date.now() + 20_000; attempt.allowed && Date.now() < deadline; ) {
    if (topics.includes(topic)) break;
    topics.push(...(await broker.heard()));
  }
  return topics.includes(topic);
}

/**
 * Patterns can't tell a machine that the plant doesn't have, and take any name for a machine's: whoever is let in may
 * speak and listen under its own name.
 */
function patternsTell({ who, does, topic, allowed }: Attempt): boolean {
  if (allowed) return true;
  const own =
    does === "subscribe"
      ? DOWN_KINDS.map((kind) => `datacenter/${who}/${kind}`)
      : MESSAGE_TYPES.map((type) => `factory/${who}/${type}`);
  return !own.includes(topic);
}

/** What a subscriber hears of the messages that somebody else says on these topics. */
async function hears(
  broker: TriedBroker,
  attempt: Attempt,
  version: Version,
  topics: readonly string[],
): Promise<{ readonly granted: boolean; readonly topics: string[]; readonly ofBroker: boolean }> {
  const reader = await client(broker, attempt, version);
  // QoS 0: nothing waits for an acknowledgement that this client doesn't send.
  reader.subscribe(1, [attempt.topic, 0]);
  const code = (await reader.expect("suback")).granted?.[0] ?? 0x80;
  for (const topic of topics) await broker.say(topic);
  await reader.ping();
  const heard = reader.packets.filter(({ cmd }) => cmd === "publish").map(({ topic = "" }) => topic);
  reader.cut();
  await reader.closed;
  await broker.heard();
  // What is retained comes twice.
  const ofBroker = (topic: string) => topic.startsWith("$SYS/");
  return {
    granted: code < 0x80,
    topics: [...new Set(heard.filter((topic) => !ofBroker(topic)))].sort(),
    ofBroker: heard.some(ofBroker),
  };
}

/** What is said while somebody listens: everything of every machine, up and down. */
const SAID = [
  ...TABLE_PLANT.machines,
  "plant-01/lab/s9_laboratory/titrator-01",
  "plant-01/line-a/s0_office/shift",
]
  .flatMap((machine) => [
    `${UP_ROOT}/${machine}/telemetry`,
    `${UP_ROOT}/${machine}/state`,
    ...DOWN_KINDS.map((kind) => `datacenter/${machine}/${kind}`),
  ])
  .sort();

/** What an identity may hear at all, whatever it has subscribed to. */
function mayHear(who: string, topic: string): boolean {
  return (
    tablePolicy()
      .get(who)
      ?.read.some((filter) => matchesFilter(filter, topic)) ?? false
  );
}

async function tryTable(broker: TriedBroker, version: Version, table: readonly Attempt[]): Promise<void> {
  const wrong: string[] = [];
  for (const attempt of table) {
    const { who, does, topic, allowed } = attempt;
    const name = `${who} ${does} ${topic}`;
    if (does !== "subscribe") {
      if ((await comesThrough(broker, attempt, version)) !== allowed)
        wrong.push(`${name}: ${allowed ? "did not come through" : "came through"}`);
      continue;
    }
    const { granted, topics, ofBroker } = await hears(broker, attempt, version, SAID);
    const filter = topic.replace(/^\$share\/[^/]+\//, "");
    const wanted = SAID.filter((said) => matchesFilter(filter, said) && mayHear(who, said));
    if (allowed ? !granted : broker.judgesSubscribe && granted) wrong.push(`${name}: SUBACK ${granted}`);
    const expected = allowed || (!broker.judgesSubscribe && granted) ? wanted : [];
    if (topics.join() !== expected.join()) wrong.push(`${name}: heard ${topics.join()}`);
    if (ofBroker !== (allowed && filter.startsWith("$SYS/"))) wrong.push(`${name}: heard $SYS: ${ofBroker}`);
  }
  assert.deepEqual(wrong, []);
}

const VERSIONS = [
  [4, "MQTT 3.1.1"],
  [5, "MQTT 5"],
] as const;

async function embedded(context: TestContext): Promise<TriedBroker> {
  const rules = policyRules(tablePolicy());
  const { broker, port, sink } = await startBroker(context, {
    rules,
    logins: async () => ({ login: async () => "accepted", knows: async () => true }),
  });
  let taken = 0;
  return {
    port,
    judgesSubscribe: true,
    say: (topic) => broker.publish({ topic, payload: "said", retain: false }),
    heard: async () => {
      const last = await RawClient.connected(port, 5, "last", { username: OBSERVER, password: PASSWORD });
      last.cut();
      const topics = sink.accepted.slice(taken).map(({ message }) => message.topic);
      taken = sink.accepted.length;
      return topics;
    },
  };
}

async function mosquitto(
  context: TestContext,
  { global = [], files = {}, judgesSubscribe }: MosquittoOptions & { readonly judgesSubscribe: boolean },
): Promise<TriedBroker> {
  const users = new Set([OBSERVER, ...ACCESS_TABLE.map(({ who }) => who)]);
  const server = await startMosquitto({
    verbose: false,
    global: ["allow_anonymous false", "password_file FOLDER/passwords", ...global],
    files: { passwords: [...users].map((user) => passwordLine(user, PASSWORD)).join(""), ...files },
  });
  afterwards(context, () => server.dispose());
  const login = { username: OBSERVER, password: PASSWORD };
  const observer = await RawClient.connected(server.port, 5, "observer", login);
  observer.subscribe(1, ["#", 0]);
  await observer.expect("suback");
  const speaker = await RawClient.connected(server.port, 5, "speaker", login);
  let seen = observer.packets.length;
  return {
    port: server.port,
    judgesSubscribe,
    say: async (topic) => {
      speaker.publish(topic, "said", 1, 1);
      await speaker.expect("puback");
    },
    heard: async () => {
      await observer.ping();
      const topics = observer.packets.slice(seen).filter(({ cmd }) => cmd === "publish");
      seen = observer.packets.length;
      return topics.map(({ topic = "" }) => topic);
    },
  };
}

suite("the table of allowed and denied actions", { timeout: 300_000 }, () => {
  for (const [version, name] of VERSIONS) {
    test(`embedded broker, ${name}`, async (context) => {
      await tryTable(await embedded(context), version, ACCESS_TABLE);
    });

    test(`Mosquitto with an acl_file, ${name}`, { skip: NO_MOSQUITTO }, async (context) => {
      const broker = await mosquitto(context, {
        judgesSubscribe: false,
        global: ["acl_file FOLDER/acl"],
        files: {
          acl: `${mosquittoAclFile(tablePolicy(), { patterns: false })}\nuser ${OBSERVER}\ntopic readwrite #\n`,
        },
      });
      await tryTable(
        broker,
        version,
        ACCESS_TABLE.filter(({ shared }) => shared !== true),
      );
    });

    test(`Mosquitto with an acl_file of patterns, ${name}`, { skip: NO_MOSQUITTO }, async (context) => {
      const broker = await mosquitto(context, {
        judgesSubscribe: false,
        global: ["acl_file FOLDER/acl"],
        files: {
          acl: `${mosquittoAclFile(tablePolicy(), { patterns: true })}\nuser ${OBSERVER}\ntopic readwrite #\n`,
        },
      });
      const told = ACCESS_TABLE.filter((row) => row.shared !== true && patternsTell(row));
      await tryTable(broker, version, told);
    });

    test(`Mosquitto with dynamic security, ${name}`, { skip: NO_DYNAMIC_SECURITY }, async (context) => {
      const rules = JSON.parse(mosquittoDynamicSecurity(tablePolicy()));
      rules.clients.push({ username: OBSERVER, roles: [{ rolename: OBSERVER }] });
      const acl = (acltype: string) => ({ acltype, topic: "#", allow: true });
      rules.roles.push({
        rolename: OBSERVER,
        acls: ["publishClientSend", "publishClientReceive", "subscribePattern"].map(acl),
      });
      const broker = await mosquitto(context, {
        judgesSubscribe: true,
        global: [`plugin ${dynamicSecurityPlugin()}`, "plugin_opt_config_file FOLDER/rules.json"],
        files: { "rules.json": JSON.stringify(rules) },
      });
      await tryTable(broker, version, ACCESS_TABLE);
    });
  }

  test("no row is there twice", () => {
    const rows = ACCESS_TABLE.map(({ who, does, topic }) => `${who} ${does} ${topic}`);
    assert.deepEqual(rows, [...new Set(rows)]);
  });
});
