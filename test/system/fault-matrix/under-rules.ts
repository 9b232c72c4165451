import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { IConnectPacket } from "mqtt-packet";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { portOf, type RunningConche } from "../../servers/conche.ts";
import type { Mosquitto } from "../../servers/mosquitto.ts";
import { dynamicSecurityPlugin, passwordLine } from "../../servers/mosquitto-access.ts";
import { dataCenter, MACHINE, mosquitto, ready, temporaryFolder } from "./data-center.ts";

/** The machine that the attacks are about, and the one that attacks. */
export const VICTIM = MACHINE;
export const ATTACKER = "tunis-01/line-a/s4_conching/conche-01";

const PASSWORD = "of the fault matrix";
const USERS = [VICTIM, ATTACKER, "datacenter/main"];
const WAYS = ["embedded", "acl_file", "dynamic security"] as const;

/** Who keeps the rules in a test. */
export type Keeper = (typeof WAYS)[number];

/** A broker under access rules, and the data center that stores what comes through. */
export interface UnderRules {
  readonly data: string;
  readonly center: RunningConche;
  /** Undefined where the broker is the embedded one. */
  readonly broker: Mosquitto | undefined;
  /** Opens a session as an identity; fails where it is refused. */
  connected(
    identity: string,
    version: 4 | 5,
    clientId: string,
    more?: Partial<IConnectPacket>,
  ): Promise<RawClient>;
  /** Ends the data center in order and gives what it has audited. */
  audited(): Promise<readonly Audited[]>;
}

/** An entry as `conche audit list --json` shows it. */
export interface Audited {
  readonly kind: string;
  readonly subject: string | null;
  readonly client_id: string | null;
  readonly object: string | null;
  readonly count: number;
}

/** A data center with its own broker, or behind a Mosquitto that keeps the rules as they are rendered. */
export async function underRules(context: TestContext, keeper: Keeper): Promise<UnderRules> {
  const data = await temporaryFolder(context);
  const files = await temporaryFolder(context);
  const passwords = USERS.map((user) => passwordLine(user, Buffer.from(PASSWORD))).join("");
  const broker = keeper === "embedded" ? undefined : await mosquittoUnderRules(context, keeper, passwords);
  await writeFile(join(files, "passwords"), passwords);
  await writeFile(join(files, "password"), `${PASSWORD}\n`);
  const words =
    broker === undefined
      ? ["--mqtt-passwords", join(files, "passwords"), "--access", "policy"]
      : ["--username", "datacenter/main", "--password-file", join(files, "password")];
  const center = await dataCenter(context, {
    data,
    words,
    ...(broker === undefined ? {} : { brokerPort: broker.port }),
  });
  await ready(center);
  const port = broker?.port ?? portOf(center.started.mqtt);
  return {
    data,
    center,
    broker,
    connected: (identity, version, clientId, more = {}) =>
      RawClient.connected(port, version, clientId, {
        username: identity,
        password: Buffer.from(PASSWORD),
        ...more,
      }),
    async audited() {
      assert.equal(await center.stop("SIGTERM"), 0);
      const whole = await runConche(["audit", "verify", "--data", data]);
      assert.equal(whole.code, 0, whole.err);
      const { out } = await runConche(["audit", "list", "--data", data, "--json"]);
      return out
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
    },
  };
}

async function mosquittoUnderRules(
  context: TestContext,
  keeper: Exclude<Keeper, "embedded">,
  passwords: string,
): Promise<Mosquitto> {
  const format = keeper === "acl_file" ? "mosquitto" : "mosquitto-dynsec";
  const rendered = await runConche(["access", "render", format]);
  assert.equal(rendered.code, 0, rendered.err);
  const rules =
    keeper === "acl_file"
      ? ["acl_file FOLDER/rules"]
      : [`plugin ${dynamicSecurityPlugin()}`, "plugin_opt_config_file FOLDER/rules"];
  return mosquitto(context, {
    verbose: true,
    global: ["allow_anonymous false", "password_file FOLDER/passwords", ...rules],
    // As in deploy/mosquitto: a client identifier belongs to its identity.
    listener: ["use_username_as_clientid true"],
    files: { passwords, rules: rendered.out },
  });
}
