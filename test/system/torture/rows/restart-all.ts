import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { crashConche, crashPublisher, mosquitto, settle, startConcheUnderFire } from "../faults.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

const STEPS = 14;

/** Row 7. Whatever order they are killed, ended and started in, they come to the same. */
export const restartAll: Row = {
  number: 7,
  fault: "all parts restarted in any order",
  holds: "converges",
  weight: 6,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    let brokerRuns = true;
    const center = await Center.make(run, { brokerPort: broker.port });
    const publishers = ["a", "b"].map((name) => new Publisher(run, { url: center.url }, name));
    const steps = {
      center: async () => {
        if (!center.running) await startConcheUnderFire(run, center);
        else if (run.chance(0.7)) await crashConche(run, center);
        // One that carries a kill may meet it on its way out, which is no violation.
        else await center.process.stop("SIGTERM");
      },
      broker: async () => {
        if (brokerRuns) await (run.chance(0.7) ? broker.kill() : broker.stop());
        else await broker.start();
        if (brokerRuns) run.kills++;
        brokerRuns = !brokerRuns;
      },
      publisher: async () => {
        const publisher = run.pick([publishers[0], publishers[1]] as [Publisher, Publisher]);
        if (publisher.running) await crashPublisher(run, publisher);
        else publisher.start();
      },
    };
    for (let step = 1; step <= run.times(STEPS); step++) {
      await steps[run.pick(["center", "broker", "publisher", "publisher"] as const)]();
      await run.pause(200);
    }
    if (!brokerRuns) await broker.start();
    for (const publisher of publishers) if (!publisher.running) publisher.start();
    for (const publisher of publishers) await publisher.flowing();
    await settle(center, publishers);
  },
};
