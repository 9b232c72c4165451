import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { MESSAGE_FLAG } from "../../src/contract/policy.ts";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";
import { startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO } from "../servers/mosquitto.ts";
import {
  assertVerified,
  count,
  dataCenter,
  endInOrder,
  mosquitto,
  ready,
  select,
  temporaryFolder,
  until,
} from "./fault-matrix/data-center.ts";

/** Machines of the packaged plant. */
const MACHINES = 10;

/** What a simulation says of its outbox when it ends. */
interface Outbox {
  readonly handedOver: number;
  readonly waiting: number;
  readonly givenUp: number;
}

suite("a simulated line whose broker loses everything and whose data center is killed", () => {
  test("all that it handed over is in the log, once; completeness shows nothing missing", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const data = await temporaryFolder(context);
    const outbox = join(await temporaryFolder(context), "outbox");
    // Without persistence its state is gone with the process.
    const broker = await mosquitto(context, {
      global: ["allow_anonymous true", "max_queued_messages 0", "persistence false"],
    });
    const words = ["--broker", `mqtt://127.0.0.1:${broker.port}`, "--outbox", outbox, "--speed", "20"];
    const setting = { data, brokerPort: broker.port, words: ["--quiet"] };
    const first = await dataCenter(context, setting);
    await ready(first);
    const line = await startConche(["simulate", ...words]);
    afterwards(context, () => line.stop("SIGKILL"));
    await until(() => count(data, "mqtt_messages") > 200);

    await first.stop("SIGKILL");
    const before = count(data, "mqtt_messages");
    await broker.kill();
    await broker.start();
    const second = await dataCenter(context, setting);
    await ready(second);
    await until(() => count(data, "mqtt_messages") > before + 200);
    assert.equal(await line.stop("SIGTERM"), 0, line.errors.join("\n"));

    const runs = [line.events.find(({ event }) => event === "stopped") as unknown as Outbox];
    // What a run leaves behind goes out with the next one, the machines' last words too.
    while (runs.at(-1)?.waiting !== 0) {
      const { code, out, err } = await runConche(["simulate", ...words, "--for", "2", "--json"]);
      assert.equal(code, 0, err);
      runs.push(JSON.parse(out.trimEnd().split("\n").at(-1) ?? ""));
    }
    await endInOrder(second);

    const handedOver = runs.reduce((sum, run) => sum + run.handedOver, 0);
    assert.equal(
      runs.reduce((sum, run) => sum + run.givenUp, 0),
      0,
    );
    const [stored] = select(
      data,
      `SELECT count(*) AS rows, count(DISTINCT topic || boot || seq) AS numbers,
        sum(flags & ${MESSAGE_FLAG.REFILL} <> 0) AS refilled FROM mqtt_messages`,
    );
    assert.equal(stored?.rows, stored?.numbers);
    // After the broker has said a machine's will for it, the library says its state again by itself.
    const saidAgain = Number(stored?.rows) - handedOver;
    assert.ok(saidAgain >= 0 && saidAgain <= MACHINES, `${handedOver} handed over, ${stored?.rows} stored`);
    assert.ok(Number(stored?.refilled) > 0, "nothing had to be refilled");
    const report = await runConche(["report", "completeness", "--data", data, "--strict", "--json"]);
    assert.equal(report.code, 0, report.out + report.err);
    const { totals } = JSON.parse(report.out);
    assert.deepEqual([totals.seen, totals.missing, totals.quarantined], [stored?.rows, 0, 0]);
    await assertVerified(data);
  });
});
