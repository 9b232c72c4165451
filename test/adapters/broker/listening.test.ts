import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { EmbeddedBroker } from "../../../src/adapters/broker/embedded-broker.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { startBroker } from "./broker-under-test.ts";
import { FakeSink } from "./fake-sink.ts";
import { RawClient } from "./raw-client.ts";

for (const host of ["0.0.0.0", "::", "192.168.17.4", "data-center.example", "127.0.0.1.example"]) {
  test(`listening on ${host} without passwords is refused`, async () => {
    const broker = new EmbeddedBroker({ host, port: 0 });
    await assert.rejects(broker.start(new FakeSink()), (error: Error & { code?: string }) => {
      assert.equal(error.code, "CONCHE_BIND_UNPROTECTED");
      assert.match(error.message, new RegExp(host.replaceAll(".", "\\.")));
      return true;
    });
    assert.equal(broker.status().ready, false);
  });
}

for (const host of ["127.0.0.1", "127.8.9.10", "localhost"]) {
  test(`listening on ${host} needs none`, async (t) => {
    const { broker } = await startBroker(t, { host });
    assert.match(broker.status().detail, new RegExp(`^listening on mqtt://${host}:\\d+$`));
  });
}

test("a port in use is named, MQTT's and the WebSocket's", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  afterwards(t, () => other.close());
  const address = other.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const inUse = { code: "CONCHE_PORT_IN_USE", message: new RegExp(`127\\.0\\.0\\.1:${port}`) };
  await assert.rejects(new EmbeddedBroker({ port }).start(new FakeSink()), inUse);
  const half = new EmbeddedBroker({ port: 0, wsPort: port });
  await assert.rejects(half.start(new FakeSink()), inUse);
  assert.equal(half.port, 0, "the other port was let go of");
});

test("an address that isn't this machine's is refused", async () => {
  // 127.0.0.0/8 is loopback; 256 isn't a number of an address, so no system has it.
  const broker = new EmbeddedBroker({ host: "127.256.0.1", port: 0 });
  await assert.rejects(broker.start(new FakeSink()), { code: "CONCHE_PORT_REFUSED" });
});

test("both ports answer, and statistics count", async (t) => {
  const { broker, port } = await startBroker(t, { wsPort: 0 });
  assert.match(broker.status().detail, / and ws:\/\/127\.0\.0\.1:\d+\/mqtt$/);
  const client = await RawClient.connected(port, 5, "one");
  await client.ping();
  const { connections, clients, connected, bytesIn } = broker.stats();
  assert.deepEqual([connections, clients, connected], [1, 1, 1]);
  assert.equal(bytesIn, 20);
});
