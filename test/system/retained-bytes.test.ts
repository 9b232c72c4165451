import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { GroupMaker, record } from "../log/log-records.ts";
import { startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";

const STATES = 160;
const STATE_BYTES = 1_000_000;
/** Little more than the program itself takes, and less than half of what is retained. */
const SMALL_HEAP = ["env", "NODE_OPTIONS=--max-old-space-size=72"];

suite("a data center whose machines retain more than its heap holds", () => {
  let data: string;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), "conche-retained-"));
    const log = await openMessageLog(data);
    const groups = new GroupMaker();
    for (let number = 0; number < STATES; number++) {
      const machine = `tunis-01/line-a/s5_tempering/temper-${number}`;
      const payload = JSON.stringify({ ts: "unknown", state: "OFFLINE", note: "x".repeat(STATE_BYTES) });
      await log.commit(groups.group([record(null, { machine, type: "state", payload })]));
    }
    await log.close();
  });
  after(() => rm(data, { recursive: true, force: true }));

  test("starts its embedded broker", async () => {
    const center = await startConche(
      ["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"],
      SMALL_HEAP,
    );
    assert.equal(await center.stop("SIGTERM"), 0, center.errors.join("\n"));
  });

  test("starts behind another broker", { skip: NO_MOSQUITTO }, async () => {
    const mosquitto = await startMosquitto();
    try {
      const center = await startConche(
        ["datacenter", "--data", data, "--broker", `mqtt://127.0.0.1:${mosquitto.port}`, "--http-port", "0"],
        SMALL_HEAP,
      );
      assert.equal(await center.stop("SIGTERM"), 0, center.errors.join("\n"));
    } finally {
      await mosquitto.dispose();
    }
  });
});
