// A machine that publishes with Conche: what it hands over is on its own disk when the call returns, and stays there
// until the data center has it on its disk too, whatever happens to the broker in between.
//
//   npm start                                                          a data center, in another terminal
//   npx node --conditions=conche-checkout examples/publish.ts          from a checkout
//   cp node_modules/conche/examples/publish.ts . && node publish.ts    where the package is installed, Node 24 or later
//
// Both take the broker's address and the outbox' folder: mqtt://127.0.0.1:1883 ./outbox unless given.
import { openEdge } from "conche";

const [url = "mqtt://127.0.0.1:1883", outbox = "./outbox"] = process.argv.slice(2);
const edge = await openEdge({ url, outbox });
edge.onEvent((event) => console.log(event.kind));

const machine = await edge.machine("tunis-01/line-a/s5_tempering/temper-01", {
  will: { ts: "unknown", state: "OFFLINE" },
});
const now = () => new Date().toISOString();
await machine.publish("state", { ts: now(), state: "Execute" });
await machine.publish("telemetry", { ts: now(), tags: { temp_c: 31.4, viscosity_cP: 1222 } });
const alarm = {
  alarm_id: "temp-high",
  event: "raised",
  code: "TEMP_OUT_OF_RANGE",
  message: "too warm",
} as const;
const { boot, seq } = await machine.publish("alarm", { ts: now(), ...alarm, priority: "high" });
console.log(`handed over as ${seq} of boot ${boot}`);

await edge.drained(); // everything is at the data center
await edge.close();
