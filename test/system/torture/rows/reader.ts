import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AcknowledgedPublisher } from "../../acknowledged-load.ts";
import { Center } from "../center.ts";
import { settle } from "../faults.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";
import type { TortureRun } from "../torture-run.ts";

/** Past what the write-ahead log grows to between two checkpoints, with room to spare. */
const GROWN_BYTES = 24 * 1024 * 1024;
const METRIC = "conche_log_wal_bytes";
const PUBLISHERS = 8;

/**
 * Row 13. Another program reads the log in one long transaction, so that nothing can be moved out of the write-ahead
 * log. SQLite lets nobody cut another program's reader; what the data center can do is to say so, go on, and come
 * back to normal when the reader is gone.
 */
export const longReader: Row = {
  number: 13,
  fault: "reader holds a transaction",
  holds: "messages are taken, the write-ahead log's growth shows, and ends with the reader",
  weight: 0.5,
  skip: false,
  async run(run) {
    const center = await Center.make(run);
    await center.start();
    const publisher = new Publisher(run, { url: center.url });
    publisher.start();
    await publisher.flowing(100);
    const reader = new DatabaseSync(join(center.data, "datacenter_messages.db"), { readOnly: true });
    reader.exec("BEGIN");
    const seen = countIn(reader);
    await load(run, center, async () => (await center.metric(METRIC)) > GROWN_BYTES);
    run.require(countIn(reader) === seen, "the reader's state has changed under it");
    reader.close();
    // The first write after the next checkpoint starts the write-ahead log over.
    const grown = await center.metric(METRIC);
    const stored = await center.metric("conche_messages_stored_total");
    await load(run, center, async () => (await center.metric("conche_messages_stored_total")) > 3 * stored);
    const after = await center.metric(METRIC);
    run.require(after < 2 * grown, `the write-ahead log grew on from ${grown} to ${after} bytes`);
    await settle(center, [publisher]);
  },
};

function countIn(reader: DatabaseSync): number {
  return Number(reader.prepare("SELECT count(*) AS count FROM mqtt_messages").get()?.count);
}

/** Messages from many machines, as fast as they are acknowledged, until it is so. */
async function load(run: TortureRun, center: Center, enough: () => Promise<boolean>): Promise<void> {
  const publishers = Array.from(
    { length: PUBLISHERS },
    (_, index) => new AcknowledgedPublisher(center.port, index),
  );
  await run.until("enough was written", enough);
  for (const publisher of publishers) publisher.leave();
  await Promise.all(publishers.map((publisher) => publisher.ended()));
}
