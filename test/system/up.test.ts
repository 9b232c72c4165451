import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { connectAsync } from "mqtt";
import { runConche } from "../commands/run-conche.ts";
import { portOf, startConche } from "../servers/conche.ts";

const STEPS = [
  "s1_dosing",
  "s2_mixing",
  "s3_refining",
  "s4_conching",
  "s5_tempering",
  "s6_molding",
  "s7_cooling",
  "s8_packaging",
];
const FREE_PORTS = ["--mqtt-port", "0", "--http-port", "0"];
/** What is tested here is the present. */
const NO_PAST = ["--history", "none"];

describe("conche up", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-up-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("stores all steps, all types and several products within 20 seconds, and everything adds up", async () => {
    const data = join(folder, "twenty");
    const run = await runConche([
      ...["up", "--for", "20", "--messages", "always", "--data", data],
      ...[...NO_PAST, ...FREE_PORTS],
    ]);
    assert.equal(run.code, 0, run.err);
    assert.match(run.out, /factory\/tunis-01\/line-a\/s\d_\w+\/[\w-]+\/\w+ -> 20\d\d-/);
    const [, handedOver, receipted] =
      /: (\S+) messages handed over, (\S+) receipted, 0 waiting\./.exec(run.out) ?? [];
    assert.ok(handedOver !== undefined && handedOver === receipted, run.out.slice(-500));
    const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
    const values = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map(({ value }) => String(value));
    const steps = values("SELECT DISTINCT step AS value FROM mqtt_messages WHERE type = 'telemetry'");
    assert.deepEqual(steps.filter((step) => STEPS.includes(step)).sort(), STEPS);
    const types = values("SELECT DISTINCT type AS value FROM mqtt_messages ORDER BY 1");
    assert.deepEqual(types, ["alarm", "batch", "quality", "state", "telemetry"]);
    const products = values(
      "SELECT DISTINCT payload_json ->> '$.product_type' AS value FROM mqtt_messages WHERE type = 'telemetry' AND value IS NOT NULL",
    );
    assert.ok(products.length >= 2, `products: ${products}`);
    database.close();
    const verify = await runConche(["verify", "--data", data]);
    assert.equal(verify.code, 0, verify.out + verify.err);
  });

  it("says how it is over HTTP, and drains on SIGINT", async () => {
    const data = join(folder, "signal");
    const conche = await startConche(["up", "--data", data, ...NO_PAST, ...FREE_PORTS]);
    const answer = async (path: string) => {
      const response = await fetch(`${conche.started.http}${path}`);
      return { status: response.status, text: await response.text() };
    };
    await conche.event(({ event }) => event === "stored");
    assert.equal((await answer("/healthz")).status, 200);
    assert.equal((await answer("/readyz")).status, 200);
    assert.match((await answer("/metrics")).text, /^conche_ready 1$/m);
    assert.equal(await conche.stop("SIGINT"), 0);
    assert.equal(conche.events.at(-1)?.event, "stopped");
    assert.deepEqual(conche.errors, []);
  });

  it("keeps the last state of each machine across a restart and serves it to new subscribers", async () => {
    const data = join(folder, "restart");
    const first = await startConche(["up", "--data", data, ...NO_PAST, ...FREE_PORTS]);
    await first.event(({ event }) => event === "stored");
    assert.equal(await first.stop("SIGTERM"), 0);
    const second = await startConche(["datacenter", "--data", data, ...FREE_PORTS]);
    const metrics = await (await fetch(`${second.started.http}/metrics`)).text();
    const heard = metrics.match(/^conche_sequence_stored\{.*machine="(?!other).*\} [1-9]/gm) ?? [];
    assert.equal(heard.length, 10, "what the log knows is in the metrics before anybody speaks");
    const client = await connectAsync(`mqtt://127.0.0.1:${portOf(second.started.mqtt)}`, {
      protocolVersion: 5,
    });
    const states = new Map<string, string>();
    const { promise: complete, resolve } = Promise.withResolvers<void>();
    client.on("message", (topic, payload, { retain }) => {
      assert.equal(retain, true);
      states.set(topic, JSON.parse(payload.toString()).state);
      if (states.size === 10) resolve();
    });
    await client.subscribeAsync("factory/+/+/+/+/state", { qos: 1 });
    await complete;
    assert.deepEqual([...new Set(states.values())], ["OFFLINE"], "an orderly end is said by every machine");
    await client.endAsync();
    assert.equal(await second.stop("SIGTERM"), 0);
  });

  it("refuses a second process on the same log, naming the first", async () => {
    const data = join(folder, "two");
    const first = await startConche(["datacenter", "--data", data, ...FREE_PORTS]);
    const second = await runConche(["datacenter", "--data", data, ...FREE_PORTS]);
    assert.equal(second.code, 1);
    assert.match(second.err, /CONCHE_LOG_IN_USE/);
    assert.match(second.err, new RegExp(String(first.child.pid)));
    assert.equal(await first.stop("SIGTERM"), 0);
  });
});
