// An edge in a process of its own, to be killed: publishes alarms and telemetry, and says the identity of each one
// as soon as it was taken over.
//
//   node edge-child.ts URL OUTBOX COUNT   (COUNT 0: only brings what is left, and ends when everything has arrived)
import { openEdge } from "../../src/index.ts";
import { FAST, MACHINE } from "./edge-settings.ts";

const [url = "", outbox = "", count = "0"] = process.argv.slice(2);
const edge = await openEdge({ url, outbox, ...FAST });
const machine = await edge.machine(MACHINE);
const publish = async (index: number) => {
  const ts = new Date().toISOString();
  const { boot, seq } =
    index % 4 === 0
      ? await machine.publish("telemetry", { ts, tags: { count: index } })
      : await machine.publish("alarm", { ts, alarm_id: `a-${index}`, event: "acknowledged", by: "test" });
  if (index % 4 !== 0) process.stdout.write(`${boot} ${seq}\n`);
};
for (let index = 1; index <= Number(count); index += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, each) => publish(index + each)));
}
await edge.drained();
await edge.close();
process.stdout.write("drained\n");
