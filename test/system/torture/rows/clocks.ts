import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MESSAGE_FLAG } from "../../../../src/contract/policy.ts";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { NO_FAKETIME, wallClock } from "../../../servers/wall-clock.ts";
import { Center } from "../center.ts";
import { mosquitto } from "../faults.ts";
import { MACHINES, Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

/** Row 23. Publishers a day ahead and an hour behind, one whose clock goes back between starts, and a data center's. */
export const clocks: Row = {
  number: 23,
  fault: "clocks a day off, back an hour",
  holds: "order and dedup by seq; skew flagged per machine",
  weight: 1,
  skip: NO_MOSQUITTO || NO_FAKETIME,
  async run(run) {
    const broker = await mosquitto(run);
    const center = await Center.make(run, { brokerPort: broker.port });
    await center.start();
    const make = (name: string, index: number) =>
      new Publisher(run, { url: center.url, machines: [MACHINES[index] ?? ""] }, name);
    const [ahead, back] = [make("ahead", 0), make("back", 2)];
    const off = run.pick(["+1d", "+30h", "-1d"]);
    ahead.start({ wrapper: wallClock(off) });
    back.start();
    await Promise.all([ahead.flowing(40), back.flowing(40)]);
    await back.kill();
    back.start({ wrapper: wallClock("-1h") });
    await back.flowing(40);
    await center.stored(80);
    const skewed = await center.metric(skewOf(MACHINES[0]));
    run.require(Math.abs(skewed) > 80_000, `a clock a day off shows as ${skewed} s`);
    // Now the data center's own clock goes back an hour, and everybody else is an hour ahead.
    await center.kill();
    await center.start(wallClock("-1h"));
    await center.ready();
    await run.pause(500);
    await center.endInOrder();
    await center.start();
    await Promise.all([ahead.finish(), back.finish()]);
    await center.endInOrder();
    await center.account();
    const wrong = flaggedWrongly(center.data, off === "-1d");
    run.require(wrong === 0, `${wrong} messages of the clock that is a day off are not flagged`);
  },
};

/** A machine's skew as the metric has it. */
function skewOf(key: string): string {
  const [site, line, step, machine] = key.split("/");
  return `conche_clock_skew_seconds{site="${site}",line="${line}",step="${step}",machine="${machine}"}`;
}

/**
 * Messages of the first machine, whose clock is a day off, without the flag that says so; its will has no time. What was
 * sent again and says that it is old is believed: that is what a refill is for.
 */
function flaggedWrongly(data: string, behind: boolean): number {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const sql = `SELECT count(*) AS count FROM mqtt_messages WHERE topic LIKE ? AND flags & ? = 0 AND seq IS NOT NULL`;
    const flags = MESSAGE_FLAG.CLOCK_SKEW | (behind ? MESSAGE_FLAG.REFILL : 0);
    const row = database.prepare(sql).get(`factory/${MACHINES[0]}/%`, flags);
    return Number(row?.count);
  } finally {
    database.close();
  }
}
