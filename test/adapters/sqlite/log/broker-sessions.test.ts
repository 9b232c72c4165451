import assert from "node:assert/strict";
import { test } from "node:test";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import type { BrokerSession, BrokerSessionChange } from "../../../../src/log/broker-session.ts";
import { GroupMaker } from "../../../log/log-records.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();

const SESSION: BrokerSession = {
  clientId: "machine",
  user: "temper-01",
  expirySeconds: 4_294_967_295,
  awaySinceMs: 1_768_000_000_000,
  subscriptions: [
    { filter: "$share/g/a/+", qos: 2, noLocal: false, retainAsPublished: true, identifier: 268_435_455 },
  ],
};

const change = (more: Partial<BrokerSessionChange> = {}): BrokerSessionChange => ({
  clientId: "machine",
  session: SESSION,
  renewed: false,
  released: [],
  ...more,
});

test("sessions of the embedded broker and the numbers of its clients are there after a restart, as they were last", async () => {
  const folder = newFolder();
  const maker = new GroupMaker();
  const numbers = (...ids: number[]) => ids.map((packetId) => ({ clientId: "machine", packetId }));
  const steps: readonly [BrokerSessionChange[], number[], number[] | undefined][] = [
    [[change()], [1, 2, 65_535], [1, 2, 65_535]],
    [[change({ released: [2] })], [], [1, 65_535]],
    // A number that was released and used again within one group.
    [[change({ released: [1] })], [1], [1, 65_535]],
    [[change({ renewed: true })], [7], [7]],
    [[change({ session: null, renewed: true })], [], undefined],
    [[change({ session: { ...SESSION, user: null, awaySinceMs: null, subscriptions: [] } })], [], []],
  ];
  for (const [brokerSessions, ids, received] of steps) {
    const log = await openMessageLog(folder);
    await log.commit({ ...maker.group([]), brokerSessions, brokerReceived: numbers(...ids) });
    await log.close();
    const reopened = await openMessageLog(folder);
    const sessions = reopened.brokerSessions();
    await reopened.close();
    if (received === undefined) assert.deepEqual(sessions, []);
    else assert.deepEqual(sessions, [{ ...brokerSessions[0]?.session, received }]);
  }
});
