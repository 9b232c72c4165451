import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { mosquitto, settle } from "../faults.ts";
import { readLedger } from "../ledger.ts";
import { MACHINES, Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

const MESSAGES = 900;
/** Room for some two hundred messages, and for as much telemetry. */
const SMALL = { messageBytes: 4_096, outboxBytes: 65_536, telemetryBytes: 32_768 } as const;

interface Dropped {
  readonly dropped: readonly { readonly messages: number }[];
}

/** Row 9. What is refused is told to the caller, what is dropped is counted, and all the rest arrives. */
export const outboxFull: Row = {
  number: 9,
  fault: "outbox full",
  holds: "refuses QoS 1 to its caller with an error, counts QoS 0 dropped",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    const center = await Center.make(run, { brokerPort: broker.port });
    await broker.stop();
    // One machine, numbered by the library: what is refused has no number there, and leaves no gap.
    const machines = [MACHINES[0]];
    const publisher = new Publisher(run, { url: center.url, machines, messages: MESSAGES, edge: SMALL });
    publisher.start();
    await publisher.notice("has said all", ({ kind }) => kind === "talked");
    const dropped = publisher
      .events("telemetry-dropped")
      .flatMap(({ detail }) => (detail as Dropped).dropped)
      .reduce((sum, { messages }) => sum + messages, 0);
    const entries = [...readLedger(run.ledger).values()];
    const refused = entries.filter(({ outcome }) => outcome?.taken === false);
    run.require(refused.length > 0, "nothing was refused");
    for (const { durable, token, outcome } of refused) {
      const code = outcome?.taken === false ? outcome.code : "";
      run.require(durable && code === "CONCHE_OUTBOX_FULL", `${token} was refused with ${code}`);
    }
    run.require(publisher.events("outbox-full").length > 0, "nobody was told that the outbox is full");
    run.require(dropped > 0, "no telemetry was dropped");
    await broker.start();
    await settle(center, [publisher], { mayBeMissing: ({ durable }) => !durable, missing: dropped });
  },
};
