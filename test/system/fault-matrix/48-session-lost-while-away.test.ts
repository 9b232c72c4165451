import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { runConche } from "../../commands/run-conche.ts";
import type { RunningConche } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { forwarding } from "../forwarding.ts";
import {
  dataCenter,
  endInOrder,
  metric,
  mosquitto,
  ready,
  temporaryFolder,
  verifiedOutbox,
} from "./data-center.ts";

interface Lost {
  readonly broker: string;
  readonly client_id: string;
  readonly from: string;
  readonly until: string;
}

async function lostSessions(data: string): Promise<readonly Lost[]> {
  const { code, out, err } = await runConche(["report", "completeness", "--data", data, "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out).sessions_lost;
}

suite("row 48, session lost at a foreign broker while the data center was down", {
  skip: NO_MOSQUITTO,
}, () => {
  test("warned, the span named in completeness, once", async (context: TestContext) => {
    // Without persistence: what it keeps for others is gone when it ends.
    const broker = await mosquitto(context, { global: ["allow_anonymous true", "persistence false"] });
    const data = await temporaryFolder(context);
    const start = () =>
      dataCenter(context, { data, brokerPort: broker.port, words: ["--client-id", "center-1"] });
    const first = await start();
    await ready(first);
    assert.equal(await metric(first, "conche_broker_sessions_lost_total"), 0);
    const beforeEnd = Date.now();
    await endInOrder(first);
    assert.deepEqual(await lostSessions(data), []);

    await broker.stop();
    await broker.start();
    const second = await start();
    await second.event(
      ({ event, text }) => event === "notice" && /has lost the session center-1/.test(String(text)),
    );
    await ready(second);
    assert.equal(await metric(second, "conche_broker_sessions_lost_total"), 1);
    await endInOrder(second);

    const third = await start();
    await ready(third);
    assert.equal(
      await metric(third, "conche_broker_sessions_lost_total"),
      0,
      "the session was kept this time",
    );
    await endInOrder(third);
    const lost = await lostSessions(data);
    assert.equal(lost.length, 1);
    const [{ broker: address, client_id: client, from, until } = {} as Lost] = lost;
    assert.deepEqual([address, client], [`mqtt://127.0.0.1:${broker.port}`, "center-1"]);
    assert.ok(Date.parse(from) >= beforeEnd && Date.parse(until) > Date.parse(from), `${from} to ${until}`);
  });

  test("the same for a bridge and its machines' broker: warned, counted, told by its outbox", async (context) => {
    const local = await mosquitto(context, { global: ["allow_anonymous true", "persistence false"] });
    const cloud = await mosquitto(context);
    const outbox = join(await temporaryFolder(context), "outbox");
    const [near, far] = [local, cloud].map(({ port }) => `mqtt://127.0.0.1:${port}`);
    const start = async () => {
      const bridge = await forwarding(context, [
        "bridge",
        ...["--local", `${near}`, "--cloud", `${far}`],
        ...["--outbox", outbox],
      ]);
      await ready(bridge);
      return bridge;
    };
    const lost = (bridge: RunningConche) => metric(bridge, "conche_forward_sessions_lost_total");
    const first = await start();
    assert.equal(await lost(first), 0, "the first session was never lost");
    const beforeEnd = Date.now();
    await endInOrder(first);
    assert.deepEqual((await verifiedOutbox(outbox)).sessionsLost, []);

    await local.stop();
    await local.start();
    const second = await start();
    await second.event(({ text }) => /has lost the session .*`conche verify --outbox`/.test(String(text)));
    assert.equal(await lost(second), 1);
    // What was noted with the connection is all there is after a kill.
    await second.stop("SIGKILL");
    const third = await start();
    assert.equal(await lost(third), 0, "the session was kept this time");
    await endInOrder(third);
    const losses: readonly unknown[] = (await verifiedOutbox(outbox)).sessionsLost;
    assert.equal(losses.length, 1);
    const [loss = {} as Lost] = losses as readonly Lost[];
    assert.equal(loss.broker, near);
    const [from, to] = [loss.from, loss.until].map(Date.parse);
    assert.ok(Number(from) >= beforeEnd && Number(to) > Number(from), JSON.stringify(loss));
  });
});
