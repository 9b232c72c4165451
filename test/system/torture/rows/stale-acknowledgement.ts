import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { AckWatch } from "../ack-watch.ts";
import { Center } from "../center.ts";
import { mosquitto, settle, wire } from "../faults.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

/** The data center waits longer from attempt to attempt, so that more of them would take minutes. */
const CUTS = 5;

function commitsIn(data: string): number {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  const row = database.prepare("SELECT commits FROM log_totals").get();
  database.close();
  return Number(row?.commits);
}

/**
 * Row 18. A commit can't be made while another program has the lock, and meanwhile the data center's connection
 * breaks and is made again: what the commit then acknowledges belongs to a connection that is gone. Now and then the
 * broker is killed as well, so that packet numbers mean other messages afterwards.
 */
export const staleAcknowledgement: Row = {
  number: 18,
  fault: "commit finishes after reconnect",
  holds: "the old connection's ack is never sent on the new one",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    const watch = new AckWatch();
    const proxy = await wire(run, broker.port, () => watch.tap());
    const center = await Center.make(run, { brokerPort: proxy.port });
    await center.start();
    await center.ready();
    const publisher = new Publisher(run, { url: `mqtt://127.0.0.1:${broker.port}` });
    publisher.start();
    await publisher.flowing();
    for (let cut = 1; cut <= run.times(CUTS); cut++) {
      const { acknowledged, delivering } = watch;
      await run.until("something is acknowledged", () => watch.acknowledged > acknowledged);
      const failures = () => center.process.events.filter(({ event }) => event === "commitFailed").length;
      const known = failures();
      const other = new DatabaseSync(join(center.data, "datacenter_messages.db"), { timeout: 10_000 });
      other.exec("BEGIN IMMEDIATE");
      await run.until("a commit waits for the lock", () => failures() > known);
      const { established } = watch;
      // On the new connection nothing is delivered before the commit is done: a PUBACK for a message that the broker
      // sends again under the same packet identifier could not be told from one for its first sending.
      watch.withhold();
      if (run.chance(0.2)) {
        await broker.kill();
        run.kills++;
        await broker.start();
      } else proxy.cut();
      await run.until("it is connected again", () => watch.established > established);
      const commits = commitsIn(center.data);
      other.exec("ROLLBACK");
      other.close();
      await run.until("the commit is done", () => commitsIn(center.data) > commits);
      // What it makes go out goes out before the answer to what is delivered now.
      watch.release();
      await run.until("messages come on a new connection", () => watch.delivering > delivering);
    }
    await settle(center, [publisher]);
    const { foreign, disordered } = watch;
    run.require(foreign.length === 0, `stale acknowledgements: ${foreign.slice(0, 5).join(", ")}`);
    run.require(disordered.length === 0, `overtaking acknowledgements: ${disordered.slice(0, 5).join(", ")}`);
  },
};
