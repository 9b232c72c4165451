import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { AckWatch } from "../ack-watch.ts";
import { Center } from "../center.ts";
import { mosquitto, settle } from "../faults.ts";
import { attach, NO_STRACE } from "../kill-at-call.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

const CUTS = 25;

/**
 * Row 18. Commits take long, and the data center's connection breaks while they do: what they acknowledge belongs to
 * a connection that is gone. The broker is killed as well, so that packet numbers mean other messages afterwards.
 */
export const staleAcknowledgement: Row = {
  number: 18,
  fault: "commit finishes after reconnect",
  holds: "the old connection's ack is never sent on the new one",
  weight: 1,
  skip: NO_MOSQUITTO || NO_STRACE,
  async run(run) {
    const broker = await mosquitto(run);
    const watch = await AckWatch.listen(broker.port);
    run.afterwards(() => watch.close());
    const center = await Center.make(run, { brokerPort: watch.port });
    await center.start();
    await center.ready();
    const slow = await attach(run, center.pid, "fsync,fdatasync", "delay_enter=150000", "1+");
    const publisher = new Publisher(run, { url: `mqtt://127.0.0.1:${broker.port}` });
    publisher.start();
    await publisher.flowing();
    for (let cut = 1; cut <= CUTS; cut++) {
      const { acknowledged } = watch;
      await run.until("something is acknowledged", () => watch.acknowledged > acknowledged);
      await run.pause(200);
      if (run.chance(0.2)) {
        await broker.kill();
        run.kills++;
        await broker.start();
      } else watch.cut();
    }
    await slow?.stop();
    await settle(center, [publisher]);
    const { foreign, disordered } = watch;
    run.require(foreign.length === 0, `stale acknowledgements: ${foreign.slice(0, 5).join(", ")}`);
    run.require(disordered.length === 0, `overtaking acknowledgements: ${disordered.slice(0, 5).join(", ")}`);
  },
};
