import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { runConche } from "../../commands/run-conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { dataCenter, endInOrder, metric, mosquitto, ready, temporaryFolder } from "./data-center.ts";

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
});
