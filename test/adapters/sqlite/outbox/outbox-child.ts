// A process with an outbox open, to be killed or traced. Hands over message after message, telemetry in between, and
// says the number of each one as soon as it is told that it is on disk.
//
//   node outbox-child.ts FOLDER BOOT FROM COUNT [GROUP]
import { SqliteOutbox } from "../../../../src/adapters/sqlite/outbox/outbox-sqlite.ts";
import type { MachineKey } from "../../../../src/contract/topic.ts";
import { bodyText, stampBody } from "../../../../src/edge/message-body.ts";

const [folder = "", boot = "", from = "1", count = "1", group = "1"] = process.argv.slice(2);
const publisher = { machine: "tunis-01/line-a/s5_tempering/temper-01" as MachineKey, boot };
const outbox = await SqliteOutbox.open({ folder, telemetryBytes: 1024 * 1024 }, Date.now());
const ts = "2026-01-11T10:00:00Z";
const alarm = bodyText("alarm", {
  ts,
  alarm_id: "temp-high",
  event: "raised",
  code: "TEMP_HIGH",
  priority: "high",
  message: "too warm",
});
const telemetry = bodyText("telemetry", { ts, tags: { temp_c: 31.4 } });
const say = (line: string) => process.stdout.write(`${line}\n`); // to a pipe: synchronous

say("open");
for (let next = Number(from); next < Number(from) + Number(count); next += Number(group)) {
  const messages = Array.from({ length: Number(group) }, (_, index) => {
    const seq = next + index;
    const durable = seq % 3 !== 0;
    return {
      publisher,
      seq,
      type: durable ? ("alarm" as const) : ("telemetry" as const),
      durable,
      payload: stampBody(durable ? alarm : telemetry, { boot, seq }),
    };
  });
  say(`hand over ${next}`);
  await outbox.append(messages);
  say(`kept ${messages.map(({ seq }) => seq).join(" ")}`);
}
await outbox.close();
say("closed");
