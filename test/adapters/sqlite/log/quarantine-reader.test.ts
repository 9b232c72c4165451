import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { suite, test } from "node:test";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { QuarantineReader } from "../../../../src/adapters/sqlite/log/quarantine-reader.ts";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import type { QuarantineFilter } from "../../../../src/log/quarantine-reading.ts";
import { BOOT, GroupMaker, MACHINE, quarantined, record, TEN_O_CLOCK } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();
const PACKER = "tunis-01/line-a/s8_packaging/packer-03";

/** Undoes the fifth step of the schema. */
const WITHOUT_VIEWS = `DROP INDEX mqtt_messages_by_batch; DROP VIEW telemetry_values; DROP VIEW machine_states;
  DROP VIEW alarm_messages; DROP VIEW quality_results; DROP VIEW batch_events; DROP VIEW quarantined_messages;`;

suite("reading the quarantine", () => {
  test("gives a message back byte by byte, with everything that was noted", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder, { now: () => TEN_O_CLOCK });
    const full = quarantined({
      payload: Uint8Array.from({ length: 256 }, (_, index) => index),
      propertiesJson: '{"contentType":"application/json"}',
      reason: "schema",
      detail: "tags.temp_c must be a number",
      schema: "telemetry/2",
      machine: MACHINE,
      boot: BOOT,
      seq: 7,
      retain: true,
    });
    await log.commit(new GroupMaker().group([], [full, quarantined({ payload: new Uint8Array() })]));
    const reader = QuarantineReader.open(folder);
    const open = { replayedAt: null, replayedId: null, note: null, state: "open", decision: null };
    assert.deepEqual(plain(reader.get(1)), plain({ id: 1, ...open, ...full }));
    const { payload: _, ...described } = full;
    assert.deepEqual([...reader.list({})][0], { id: 1, ...open, ...described, payloadBytes: 256 });
    assert.equal(reader.get(2).payload.length, 0);
    assert.throws(() => reader.get(3), isConcheError("CONCHE_QUARANTINE_UNKNOWN", false));
    reader.close();
    await log.close();
  });

  test("lists what fits, oldest first, and knows what was replayed", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder, { now: () => TEN_O_CLOCK });
    const maker = new GroupMaker();
    const setAside = Array.from({ length: 700 }, (_, index) =>
      quarantined({
        topic: index % 2 === 0 ? `factory/${MACHINE}/alarm` : `factory/${PACKER}/quality`,
        reason: index % 5 === 0 ? "schema" : "json",
        receivedAt: TEN_O_CLOCK + index,
      }),
    );
    await log.commit(maker.group([], setAside));
    const totals = { received: 700, stored: 1, duplicates: 1, quarantined: 698 };
    await log.commitReplay({ messages: [record(null)], quarantined: [], sequences: [], totals }, [
      { quarantineId: 3, messageIndex: 0, note: "stored" },
      { quarantineId: 4, messageIndex: null, note: "a duplicate" },
    ]);
    const reader = QuarantineReader.open(folder);
    const idsOf = (filter: QuarantineFilter) => [...reader.list(filter)].map((message) => message.id);
    const all = Array.from({ length: 700 }, (_, index) => index + 1);
    assert.deepEqual(idsOf({ state: "all" }), all);
    assert.deepEqual(
      idsOf({}),
      all.filter((id) => id !== 3 && id !== 4),
    );
    assert.deepEqual(idsOf({ state: "replayed" }), [3, 4]);
    assert.deepEqual(
      idsOf({ reason: "schema", state: "all" }),
      all.filter((id) => (id - 1) % 5 === 0),
    );
    for (const machine of ["packer-03", PACKER]) {
      assert.deepEqual(
        idsOf({ machine, state: "all" }),
        all.filter((id) => id % 2 === 0),
      );
    }
    for (const machine of ["packer", "%", "", "quality"]) assert.deepEqual(idsOf({ machine }), []);
    assert.deepEqual(idsOf({ sinceMs: TEN_O_CLOCK + 695 }), [696, 697, 698, 699, 700]);
    assert.deepEqual(idsOf({ afterId: 5, limit: 2 }), [6, 7]);
    assert.deepEqual(idsOf({ limit: 0 }), []);
    assert.deepEqual(
      reader.openByReason(),
      new Map([
        ["json", 558],
        ["schema", 140],
      ]),
    );
    const [stored, duplicate] = [...reader.list({ state: "replayed" })];
    assert.deepEqual([stored?.replayedAt, stored?.replayedId, stored?.note], [TEN_O_CLOCK, 1, "stored"]);
    assert.deepEqual([duplicate?.replayedAt, duplicate?.replayedId], [TEN_O_CLOCK, null]);
    reader.close();
    await log.close();
  });

  test("what people decide is kept beside the message, counted, and adds up whatever order it comes in", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder, { now: () => TEN_O_CLOCK });
    const maker = new GroupMaker();
    const setAside = ["json", "json", "schema", "cleared", "json"].map((reason) =>
      quarantined({ reason: reason as "json", detail: reason === "schema" ? "/tags 100% wrong" : "x" }),
    );
    await log.commit(maker.group([], setAside));
    const decision = { by: "Amel", why: "a test" };
    assert.equal(await log.dismiss([1, 2, 2, 4, 99], decision), 2, "only what is there and open");
    const totals = { received: 5, stored: 2, duplicates: 0, quarantined: 3 };
    const both = { messages: [record(null), record(null)], quarantined: [], sequences: [], totals };
    await log.commitReplay(both, [
      { quarantineId: 2, messageIndex: 0, note: "corrected", correction: decision },
      { quarantineId: 3, messageIndex: 1, note: "replayed" },
    ]);
    const counts = { open: 1, replayed: 1, corrected: 1, dismissed: 1 };
    assert.deepEqual(log.quarantineRoom().count, counts);
    const reader = QuarantineReader.open(folder);
    assert.deepEqual(reader.countByState(), counts);
    assert.deepEqual([...reader.openByReason()], [["json", 1]]);
    const inState = (state: QuarantineFilter["state"]) => Array.from(reader.list({ state }), ({ id }) => id);
    assert.deepEqual((["open", "replayed", "corrected", "dismissed"] as const).map(inState), [
      [5],
      [3],
      [2],
      [1],
    ]);
    assert.deepEqual(reader.get(1).decision, { kind: "dismissed", at: TEN_O_CLOCK, ...decision });
    assert.equal(reader.get(2).state, "corrected");
    const text = Array.from(reader.list({ state: "all", text: "100%" }), ({ id }) => id);
    assert.deepEqual(text, [3], "a wildcard of SQL is a character");
    reader.close();
    await log.close();
    assert.deepEqual(verifyLog(folder).findings, []);
  });

  test("a log of before decisions were kept is counted anew", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    await log.commit(
      new GroupMaker().group([], [quarantined(), quarantined(), quarantined({ reason: "cleared" })]),
    );
    await log.close();
    const { database } = logFiles(folder);
    const db = new DatabaseSync(database);
    const columns = ["open", "replayed", "corrected", "dismissed"];
    const drops = columns.map((name) => `ALTER TABLE quarantine_room DROP COLUMN ${name};`).join("");
    db.exec(
      `${WITHOUT_VIEWS} DROP TABLE broker_sessions; DROP TABLE broker_received; DROP TABLE quarantine_decisions; PRAGMA user_version = 3; ${drops}`,
    );
    db.close();
    const again = await openMessageLog(folder);
    assert.equal(again.quarantineRoom().count.open, 2);
    await again.close();
    assert.deepEqual(verifyLog(folder).findings, []);
  });
});

function plain<Message extends { readonly payload: Uint8Array }>(message: Message): object {
  return { ...message, payload: Buffer.from(message.payload).toString("hex") };
}
