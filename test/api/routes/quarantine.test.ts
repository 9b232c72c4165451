import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { LogReader } from "../../../src/adapters/sqlite/log/log-reader.ts";
import { openMessageLog } from "../../../src/adapters/sqlite/log/open-message-log.ts";
import { QuarantineReader } from "../../../src/adapters/sqlite/log/quarantine-reader.ts";
import { loadPlant } from "../../../src/adapters/yaml/load-plant.ts";
import { ApiDoor } from "../../../src/api/door.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import { PACKAGE_ROOT } from "../../../src/config/package-root.ts";
import { folderAccess, quarantineWork } from "../../../src/run/views/quarantine-work.ts";
import { filledLog, record, refused } from "../../commands/filled-log.ts";
import { contextOf, requestFor } from "../context.ts";

const TELEMETRY = "factory/tunis-01/line-a/s5_tempering/temper-01/telemetry";
const WRONG = '{"ts":"2026-01-11T10:00:00Z","product_type":"dark","batch_id":"B20260111-DA-0042"}';
const RIGHT = WRONG.replace("}", ',"tags":{"temp_c":31.4}}');
const PERSON = { by: " Amel ", why: "the new panel leaves the tags out" };

/** Asks a folder with one usable message and two in quarantine, each question with files of its own. */
async function folderAsked(context: TestContext) {
  const telemetry = { topic: TELEMETRY, qos: 0, retain: false, reason: "schema" as const };
  const message = { ...refused(Buffer.from(WRONG)), ...telemetry };
  const folder = await filledLog(
    context,
    [record(0, "state", { v: 2, state: "Execute" })],
    [message, refused(Buffer.from("{"))],
  );
  const plant = await loadPlant(join(PACKAGE_ROOT, "plants", "chocolate.yaml"));
  const door = new ApiDoor(ROUTES);
  const ask = async (name: string, parts: Parameters<typeof requestFor>[1] = {}) => {
    const [log, quarantine] = [LogReader.open(folder), QuarantineReader.open(folder)];
    try {
      const answer = await door.answer(
        requestFor(name, parts),
        contextOf({
          plant,
          log: () => log,
          quarantine: () => quarantine,
          quarantineWork: quarantineWork(plant, folderAccess(folder), folder),
        }),
      );
      return { status: answer.status, ...JSON.parse(answer.body) };
    } finally {
      log.close();
      quarantine.close();
    }
  };
  return { folder, ask };
}

suite("quarantine over the API", () => {
  test("a copy that is still wrong is refused with everything that is wrong; a right one is stored, flagged", async (context) => {
    const { ask } = await folderAsked(context);
    const still = await ask("correctQuarantined", {
      params: { id: "1" },
      body: { ...PERSON, payload: WRONG },
    });
    assert.equal(still.outcome, "refused");
    assert.match(still.detail, /schema: .*tags/);
    const done = await ask("correctQuarantined", {
      params: { id: "1" },
      body: { ...PERSON, payload: RIGHT },
    });
    assert.deepEqual([done.status, done.outcome, done.detail], [200, "stored", ""]);
    const { messages } = await ask("messages", { query: { type: "telemetry" } });
    assert.equal(messages[0].payload, RIGHT);
    assert.ok(messages[0].flags.includes("corrected"), messages[0].flags.join());
    const { quarantined } = await ask("quarantinedMessage", { params: { id: "1" } });
    assert.deepEqual(
      [quarantined.state, quarantined.decided_by, quarantined.why, quarantined.payload_text],
      ["corrected", "Amel", PERSON.why, WRONG],
    );
    const again = await ask("correctQuarantined", {
      params: { id: "1" },
      body: { ...PERSON, payload: RIGHT },
    });
    assert.deepEqual([again.status, again.code], [409, "CONCHE_ACTION_REFUSED"]);
    assert.match(again.detail, /^message 1 was corrected before, by Amel at 20.*: the new panel leaves/);
    const replayed = await ask("replayQuarantined", { params: { id: "1" } });
    assert.deepEqual([replayed.status, replayed.outcome], [200, "refused"]);
    assert.match(replayed.detail, /^message 1 was corrected before, by Amel at 20/);
  });

  test("dismissed is open no more, and says by whom and why", async (context) => {
    const { ask } = await folderAsked(context);
    const dismiss = { params: { id: "2" }, body: PERSON };
    assert.equal((await ask("dismissQuarantined", dismiss)).dismissed, true);
    // Said again by the same person, it is the same decision.
    assert.equal((await ask("dismissQuarantined", dismiss)).dismissed, false);
    for (const other of [{ by: "Ben" }, { why: "an old firmware" }]) {
      const second = await ask("dismissQuarantined", { ...dismiss, body: { ...PERSON, ...other } });
      assert.deepEqual([second.status, second.code], [409, "CONCHE_ACTION_REFUSED"]);
      assert.match(second.detail, /^message 2 was dismissed before, by Amel at 20.*: the new panel leaves/);
    }
    const { by_state, quarantined } = await ask("quarantine", { query: { state: "dismissed" } });
    assert.deepEqual([by_state.open, by_state.dismissed], [1, 1]);
    assert.equal(quarantined[0].decided_by, "Amel");
  });

  test("nothing is decided without a person and a reason, about nothing, or while a data center writes", async (context) => {
    const { folder, ask } = await folderAsked(context);
    for (const body of [undefined, { by: "Amel" }, { ...PERSON, why: "  " }, { ...PERSON, more: 1 }]) {
      assert.equal((await ask("dismissQuarantined", { params: { id: "2" }, body })).status, 400);
    }
    assert.equal((await ask("dismissQuarantined", { params: { id: "9" }, body: PERSON })).status, 404);
    const log = await openMessageLog(folder);
    const busy = await ask("dismissQuarantined", { params: { id: "2" }, body: PERSON });
    await log.close();
    assert.deepEqual([busy.status, busy.code], [409, "CONCHE_LOG_IN_USE"]);
    assert.match(busy.hint, /^that process does it while it runs: at its own dashboard/);
  });

  test("whoever names what isn't there is told what was probably meant", async (context) => {
    const { ask } = await folderAsked(context);
    const mistyped = await ask("messages", { query: { machine: "temper-1", batch: "B1" } });
    assert.equal(mistyped.code, "CONCHE_NOT_FOUND");
    assert.match(mistyped.detail, /no machine temper-1, did you mean temper-01\?/);
    const { messages, unknown } = await ask("messages", { query: { batch: "B1" } });
    assert.deepEqual(messages, []);
    assert.match(unknown[0], /no batch 'B1'/);
    assert.deepEqual((await ask("messages", { query: { machine: "temper-01" } })).unknown, []);
    const kept = await ask("quarantine", { query: { machine: "tunis-01/line-a/s5_tempering/tmper-01" } });
    assert.match(kept.unknown[0], /did you mean temper-01\?/);
  });
});
