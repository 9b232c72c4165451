import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { mosquitto, settle } from "../faults.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

/** What docker and systemd give, and what is promised. */
const WITHIN_MS = 10_000;

/** Row 5. Asked to end again and again under load. */
export const sigtermUnderLoad: Row = {
  number: 5,
  fault: "SIGTERM under load",
  holds: "drained and exited within 10 s, nothing lost",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = run.chance(0.5) ? await mosquitto(run) : undefined;
    const center = await Center.make(run, { brokerPort: broker?.port });
    const publisher = new Publisher(run, { url: center.url });
    publisher.start();
    await publisher.flowing();
    for (let round = 1; round <= 3; round++) {
      await center.start();
      await run.pause(600);
      await center.endInOrder(WITHIN_MS);
    }
    await settle(center, [publisher]);
  },
};
