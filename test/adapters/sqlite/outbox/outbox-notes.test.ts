import assert from "node:assert/strict";
import { test } from "node:test";
import { SqliteOutbox } from "../../../../src/adapters/sqlite/outbox/outbox-sqlite.ts";
import type { MachineKey } from "../../../../src/contract/topic.ts";
import type { NewestState, NewMessage } from "../../../../src/edge/outbox.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();
const MACHINE = "tunis-01/line-a/s5_tempering/temper-01" as MachineKey;
const MESSAGE: NewMessage = {
  publisher: { machine: MACHINE, boot: "boot-0001" },
  seq: 1,
  type: "state",
  durable: true,
  payload: new Uint8Array([0xff, 0]),
  raw: { userProperties: { via: ["a", "b"] } },
};
const STATE: NewestState = {
  machine: MACHINE,
  boot: "boot-0001",
  seq: 1,
  payload: new Uint8Array([0xff, 0]),
  raw: { userProperties: { via: ["a", "b"] } },
  forwarded: { boot: "boot-0000", seq: 9 },
};

function open(folder: string): Promise<SqliteOutbox> {
  return SqliteOutbox.open({ folder, telemetryBytes: 1_048_576 }, Date.now());
}

test("last states, transfers and the outbox's own name are there again in the next process", async () => {
  const folder = newFolder();
  const outbox = await open(folder);
  assert.deepEqual([outbox.memory.states, outbox.memory.transfers], [[], []]);
  assert.equal(await outbox.oldest(), undefined);
  const before = Date.now();
  const transfer = { sender: "plc-1", packetId: 7, digest: "a" };
  const other = { sender: "plc-2", packetId: 7, digest: "b" };
  await outbox.append([MESSAGE], { states: [STATE], transfers: [other, transfer] });
  const oldest = (await outbox.oldest()) ?? 0;
  assert.ok(oldest >= before && oldest <= Date.now());
  await outbox.append([{ ...MESSAGE, seq: 2 }], {
    transfers: [{ ...transfer, digest: "c" }],
    endedSenders: ["plc-2"],
  });
  await outbox.close();
  const again = await open(folder);
  assert.equal(again.memory.id, outbox.memory.id);
  assert.deepEqual(again.memory.states, [STATE]);
  assert.deepEqual(again.memory.transfers, [{ ...transfer, digest: "c" }]);
  await again.delete(MESSAGE.publisher, [[1, 2]]);
  await again.close();
  const last = await open(folder);
  assert.deepEqual(last.memory.states, [STATE], "a receipt doesn't take the last state away");
  await last.close();
});

test("two outboxes never have the same name", async () => {
  const [one, two] = [await open(newFolder()), await open(newFolder())];
  assert.notEqual(one.memory.id, two.memory.id);
  await Promise.all([one.close(), two.close()]);
});
