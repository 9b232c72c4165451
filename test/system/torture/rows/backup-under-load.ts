import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { runConche } from "../../../commands/run-conche.ts";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { settle, underLoad } from "../faults.ts";
import type { Row } from "../row.ts";

const BACKUPS = 3;

/** Every row of a log in its order, as one string each; up to a number of rows. */
function rows(data: string, limit = -1): string[] {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const sql = "SELECT id, topic, boot, seq, payload_json FROM mqtt_messages ORDER BY id LIMIT ?";
    return database
      .prepare(sql)
      .all(limit)
      .map((row) => JSON.stringify(row));
  } finally {
    database.close();
  }
}

/** Row 15. Each backup is the log as it stood at one commit: everything before it, nothing after it. */
export const backupUnderLoad: Row = {
  number: 15,
  fault: "backup under load",
  holds: "restores to an exact prefix of the ledger",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const { center, publisher } = await underLoad(run);
    await center.stored(1);
    const backups: { readonly folder: string; readonly atLeast: number }[] = [];
    for (let count = 1; count <= BACKUPS; count++) {
      await run.pause(300);
      const folder = join(run.folder, `backup-${count}`);
      const atLeast = rows(center.data).length;
      const made = await runConche(["backup", folder, "--data", center.data]);
      run.require(made.code === 0, `conche backup: ${made.out}${made.err}`);
      backups.push({ folder, atLeast });
    }
    await settle(center, [publisher]);
    for (const { folder, atLeast } of backups) {
      const kept = rows(folder);
      run.require(kept.length >= atLeast, `${kept.length} rows, ${atLeast} were on disk before it began`);
      const prefix = rows(center.data, kept.length);
      const differs = kept.findIndex((row, index) => row !== prefix[index]);
      run.require(differs === -1, `row ${differs + 1} of the backup is not that of the log`);
      const verify = await runConche(["verify", "--data", folder]);
      run.require(verify.code === 0, `conche verify of the backup: ${verify.out}${verify.err}`);
    }
    const restored = await Center.make(run, {}, "backup-1");
    await restored.start();
    await restored.ready();
    await restored.endInOrder();
  },
};
