import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { mosquitto, settle, wire } from "../faults.ts";
import { MACHINES, Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

/** Machines that number their messages by the library, which says their last state again after a connection was lost. */
const SPEAKING = MACHINES.filter((_, index) => index % 2 === 0);

/**
 * How many of the machines are gone as far as the data center knows: their will is the retained state. Not the newest
 * row: what was sent again before a cut is an older state and not retained, and a will that equals the retained state
 * is no new one.
 */
function gone(data: string, keys: readonly string[]): number {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const retained = database.prepare(
      "SELECT m.payload_json FROM retained_messages r JOIN mqtt_messages m ON m.id = r.message_id WHERE r.topic = ?",
    );
    const states = keys.map((key) => retained.get(`factory/${key}/state`)?.payload_json);
    return states.filter((payload) => String(payload).includes("OFFLINE")).length;
  } finally {
    database.close();
  }
}

/** How many different clients have connected since there were so many events of it. */
function clients(publisher: Publisher, since: number): number {
  const connected = publisher.events("connected").slice(since);
  return new Set(connected.map(({ detail }) => (detail as { readonly clientId: string }).clientId)).size;
}

/** Row 16. Nothing passes any more and nobody is told: on the machines' side, then on the data center's. */
export const partition: Row = {
  number: 16,
  fault: "partition, half-open TCP",
  holds: "noticed within 1.5 keepalives, will published, catch-up complete",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    const [machines, backend] = [await wire(run, broker.port), await wire(run, broker.port)];
    const center = await Center.make(run, { brokerPort: backend.port, words: ["--keepalive", "5"] });
    await center.start();
    const publisher = new Publisher(run, {
      url: `mqtt://127.0.0.1:${machines.port}`,
      edge: { keepaliveS: 3, connectTimeoutMs: 3_000 },
    });
    publisher.start();
    await publisher.flowing(200);
    await center.stored(100);
    await run.until("they are connected", () => clients(publisher, 0) === MACHINES.length);
    const disconnected = () => publisher.events("disconnected").length;
    for (let cut = 1; cut <= 2; cut++) {
      const before = disconnected();
      // On a busy machine one may just be between two connections: then it has no will to come true.
      const connected = publisher.events("connected").length - before;
      machines.freeze();
      await run.until("the machines notice", () => disconnected() >= before + connected);
      // Also that of one which the broker had given up before: a busy machine doesn't get to its keepalive in time.
      await run.until("their wills come true", () => gone(center.data, MACHINES) === MACHINES.length);
      const known = publisher.events("connected").length;
      machines.thaw();
      await run.until("they are back", () => clients(publisher, known) === MACHINES.length);
      await run.until("they say their state", () => gone(center.data, SPEAKING) === 0);
    }
    backend.freeze();
    await run.until(
      "the data center notices",
      async () => (await center.process.page("/readyz")).status === 503,
    );
    backend.thaw();
    await center.ready();
    await settle(center, [publisher]);
  },
};

const FLAPS = 200;
/** What a connection may repeat: a first portion of 64, and what the last one had not finished. */
const REPEATED = 64 + 20;

/** Row 17. The machines' links break two hundred times. */
export const flapping: Row = {
  number: 17,
  fault: "link flaps 200 times",
  holds: "duplicates bounded, lost 0",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    const proxy = await wire(run, broker.port);
    const center = await Center.make(run, { brokerPort: broker.port });
    await center.start();
    const publisher = new Publisher(run, {
      url: `mqtt://127.0.0.1:${proxy.port}`,
      edge: { retry: { firstMs: 1, longestMs: 10 } },
    });
    publisher.start();
    await publisher.flowing();
    await center.ready();
    for (let flap = 1; flap <= FLAPS; flap++) {
      proxy.cut();
      await run.pause(40);
    }
    await publisher.finish();
    const connections = publisher.events("connected").length;
    const repeated = await center.metric("conche_messages_duplicate_total");
    run.require(
      repeated <= (connections + MACHINES.length) * REPEATED,
      `${repeated} repetitions on ${connections} connections`,
    );
    await center.endInOrder();
    await center.account();
  },
};

/** Row 21. The broker says yes to five thousand messages and keeps a hundred of them. */
export const queueOverflow: Row = {
  number: 21,
  fault: "broker queue overflows (limit 100, 5,000 messages)",
  holds: "re-sent, lost 0",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run, ["max_queued_messages 100"]);
    const center = await Center.make(run, { brokerPort: broker.port });
    await center.start();
    await center.ready();
    await center.endInOrder(); // its session stays, and is queued for
    const publisher = new Publisher(run, { url: center.url, messages: 4_500, batch: 200, pauseMs: 1 });
    publisher.start();
    await publisher.notice("has said all", ({ kind }) => kind === "talked");
    await center.start();
    await center.ready();
    // Behind the hundred that were kept comes what is said now: the data center sees that all between is missing.
    publisher.more(500);
    await publisher.notice("has said the rest", ({ kind, ...said }) => {
      return kind === "talked" && "of" in said && said.of === 5_000;
    });
    await settle(center, [publisher]);
  },
};
