import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { NO_FAKETIME, wallClock } from "../servers/wall-clock.ts";
import { assertOneStory, liveLine } from "./told-story.ts";

const DAY_MS = 86_400_000;
/** Between the starts; the last one is longer than a shift. */
const PAUSES = ["+0", "+7m", "+95m", "+11h"];
/** Four starts, each of which goes through three days again. */
const TIMEOUT_MS = 15 * 60_000;

describe("the first days of a data folder", { skip: NO_FAKETIME }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-first-day-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("begin with three days behind the line; stopped and started three times, with pauses, it is one story", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const data = join(folder, "data");
    for (const pause of PAUSES) {
      const conche = await liveLine(["--data", data], wallClock(pause));
      assert.equal(await conche.stop("SIGINT"), 0, conche.errors.join("\n"));
    }
    await assertOneStory(data);
    const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
    const { first, last, hours } = Object(
      database
        .prepare(
          "SELECT min(ts) AS first, max(ts) AS last, count(DISTINCT substr(ts, 1, 13)) AS hours FROM mqtt_messages",
        )
        .get(),
    );
    database.close();
    // What happened in the pauses was caught up: there is no hour without a message.
    const lengthMs = Date.parse(last) - Date.parse(first);
    assert.ok(lengthMs > 3.4 * DAY_MS, `${first} to ${last}`);
    assert.ok(hours >= Math.floor(lengthMs / 3_600_000), `${hours} hours from ${first} to ${last}`);
  });
});
