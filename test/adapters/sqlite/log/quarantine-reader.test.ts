import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { QuarantineReader } from "../../../../src/adapters/sqlite/log/quarantine-reader.ts";
import type { QuarantineFilter } from "../../../../src/log/quarantine-reading.ts";
import { BOOT, GroupMaker, MACHINE, quarantined, record, TEN_O_CLOCK } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();
const PACKER = "tunis-01/line-a/s8_packaging/packer-03";

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
    const open = { replayedAt: null, replayedId: null, note: null };
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
});

function plain<Message extends { readonly payload: Uint8Array }>(message: Message): object {
  return { ...message, payload: Buffer.from(message.payload).toString("hex") };
}
