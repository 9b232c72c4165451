import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { settle, underLoad } from "../faults.ts";
import type { Row } from "../row.ts";

const LOCKS = 5;

/** Row 14, for SQLite: another program holds the write lock, longer than a commit waits. */
export const databaseLocked: Row = {
  number: 14,
  fault: "database locked",
  holds: "retried, lost 0",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const { center, publisher } = await underLoad(run);
    await center.ready();
    for (let lock = 1; lock <= LOCKS; lock++) {
      const other = new DatabaseSync(join(center.data, "datacenter_messages.db"), { timeout: 5_000 });
      other.exec("BEGIN IMMEDIATE");
      const failures = () => center.process.events.filter(({ event }) => event === "commitFailed");
      const known = failures().length;
      if (lock === 1) await run.until("a commit fails", () => failures().length > known);
      else await run.pause(1_000);
      other.exec("ROLLBACK");
      other.close();
      for (const { code } of failures()) run.require(code === "CONCHE_LOG_BUSY", `a commit failed: ${code}`);
      await run.pause(300);
    }
    await settle(center, [publisher]);
  },
};
