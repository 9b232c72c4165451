import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { EmbeddedBroker } from "../../../src/adapters/broker/embedded-broker.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { FakeSink } from "./fake-sink.ts";
import { RawClient } from "./raw-client.ts";

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: pausing takes nothing new and still acknowledges what was taken`, async (t) => {
    const { port, broker, sink } = await startBroker(t);
    sink.automatic = false;
    const client = await RawClient.connected(port, version, "conche-01");
    client.publish(TOPIC, "before", 1, 1);
    await sink.have(1);
    await broker.pause();
    assert.equal(broker.status().ready, false);
    client.publish(TOPIC, "after", 1, 2);
    const late = RawClient.open(port, version);
    await late.closed;
    sink.settleAll();
    assert.equal((await client.expect("puback")).messageId, 1);
    await broker.stop();
    const last = await client.next();
    assert.equal(last?.reasonCode, version === 5 ? 0x8b : undefined);
    await client.closed;
    assert.deepEqual(sink.texts(), ["before"]);
  });
}

test("under load, every PUBACK belongs to a message that was settled", async (t) => {
  const { port, broker, sink } = await startBroker(t);
  const clients = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      RawClient.connected(port, index % 2 === 0 ? 4 : 5, `client-${index}`),
    ),
  );
  for (const [index, client] of clients.entries()) {
    for (let id = 1; id <= 900; id++) client.publish(TOPIC, `${index}/${id}`, 1, id);
  }
  await sink.have(100);
  await broker.pause();
  await broker.stop();
  await Promise.all(clients.map(({ closed }) => closed));
  const settled = new Set(sink.texts());
  for (const [index, client] of clients.entries()) {
    for (const { cmd, messageId } of client.packets) {
      if (cmd === "puback") assert.ok(settled.has(`${index}/${messageId}`));
    }
  }
  assert.equal(broker.stats().connections, 0);
});

test("stopping is orderly in any state, and starting works once", async () => {
  const never = new EmbeddedBroker({ port: 0 });
  assert.deepEqual(never.status(), { ready: false, detail: "not started" });
  await never.stop();
  const broker = new EmbeddedBroker({ port: 0 });
  await assert.rejects(broker.publish({ topic: "datacenter/x", payload: "", retain: false }), {
    code: "CONCHE_SHUTTING_DOWN",
  });
  await broker.start(new FakeSink());
  assert.equal(broker.status().ready, true);
  assert.equal(broker.status().detail, `listening on mqtt://127.0.0.1:${broker.port}`);
  await broker.pause();
  await broker.pause();
  await broker.stop();
  await broker.stop();
  assert.deepEqual(broker.status(), { ready: false, detail: "stopped" });
  await assert.rejects(broker.start(new FakeSink()), { code: "CONCHE_INTERNAL" });
});

test("a client that never closes its side does not keep the broker from stopping", async (t) => {
  const { port, broker } = await startBroker(t);
  const stubborn = await RawClient.connected(port, 5, "stubborn");
  stubborn.stream.pause();
  const halfway = RawClient.open(port, 5);
  halfway.write(Buffer.from("10", "hex"));
  await broker.stop();
  assert.equal(broker.stats().connections, 0);
});

test("nothing keeps the process alive after stop", async () => {
  const program = `
    import { connect } from "node:net";
    import { EmbeddedBroker } from "${join(import.meta.dirname, "../../../src/adapters/broker/embedded-broker.ts")}";
    const sink = { accept(_, settle) { settle(); }, saturated: false, onRelief() {} };
    const broker = new EmbeddedBroker({ port: 0, wsPort: 0 });
    await broker.start(sink);
    const socket = connect(broker.port, "127.0.0.1");
    socket.write(Buffer.from("101000044d5154540400ffff000461626364", "hex"));
    await new Promise((resolve) => socket.once("data", resolve));
    await broker.stop();
    socket.destroy();
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: "inherit",
  });
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});
