import { type Mosquitto, NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import {
  type Bringer,
  crashConche,
  crashPublisher,
  killStartingPublisher,
  mosquitto,
  settle,
  startConcheUnderFire,
} from "../faults.ts";
import { Gateway, verifyOutbox } from "../gateway.ts";
import { PlainMachine } from "../plain-machine.ts";
import { MACHINES, Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";
import type { TortureRun } from "../torture-run.ts";

const KILLS = 8;
/** A gateway is longer at its start than a publisher, and meanwhile its machines go on. */
const GATEWAY_KILLS = 6;
/** Between batches of a publisher that goes on while its bridge is killed: what piles up must be brought in the end. */
const PAUSE_MS = 120;

/** What is killed; seeds that follow one another kill different ones, so that three of them have all. */
const TARGETS = [killLibrary, killEdge, killBridge] as const;

/** Row 2. Each process takes over the outbox of the one that was killed. */
export const killEdgeOrBridge: Row = {
  number: 2,
  fault: "kill -9 edge or bridge",
  holds: "lost 0",
  weight: 6,
  skip: NO_MOSQUITTO,
  async run(run) {
    const target = TARGETS[run.seed % TARGETS.length] ?? killLibrary;
    await target(run, await mosquitto(run));
  },
};

/** A machine that uses the library dies, its outbox with it. */
async function killLibrary(run: TortureRun, broker: Mosquitto): Promise<void> {
  const center = await Center.make(run, { brokerPort: broker.port });
  await center.start();
  const publisher = new Publisher(run, { url: center.url });
  for (let kill = 1; kill <= run.times(KILLS); kill++) {
    // The first start makes the outbox, which must not be cut short for good either.
    if (kill === 1 || run.chance(0.2)) await killStartingPublisher(run, publisher);
    publisher.start({ wrapper: [] });
    await publisher.flowing(run.integer(1, 100));
    await crashPublisher(run, publisher);
  }
  await settle(center, [publisher]);
  await verifyOutbox(run, publisher.outbox);
}

/** The broker of machines that keep nothing themselves. */
async function killEdge(run: TortureRun, broker: Mosquitto): Promise<void> {
  const center = await startedNowOrLast(run, broker);
  const edge = await Gateway.edge(run, center.url);
  await startConcheUnderFire(run, edge);
  await killAmongPlainMachines(run, center, edge);
}

/** Between the machines' broker and the one above; the machines use the library, or keep nothing. */
async function killBridge(run: TortureRun, broker: Mosquitto): Promise<void> {
  const center = await startedNowOrLast(run, broker);
  const local = await mosquitto(run);
  const bridge = Gateway.bridge(run, local.port, center.url);
  // What a broker acknowledges to a machine before anybody has subscribed is nobody's.
  await bridge.start();
  await bridge.ready();
  if (run.chance(0.5)) {
    await killAmongPlainMachines(run, center, bridge);
    return;
  }
  const publisher = new Publisher(run, { url: bridge.url, pauseMs: PAUSE_MS });
  publisher.start();
  await killAgainAndAgain(run, bridge);
  await settle(center, [publisher, bridge]);
}

/** A data center that is there, or that comes when everything else is over and the outbox has all of it. */
async function startedNowOrLast(run: TortureRun, broker: Mosquitto): Promise<Center> {
  const center = await Center.make(run, { brokerPort: broker.port });
  if (run.chance(0.7)) await center.start();
  return center;
}

async function killAmongPlainMachines(run: TortureRun, center: Center, gateway: Gateway): Promise<void> {
  const machines = MACHINES.slice(0, 3).map((key, index) => {
    const version = run.pick([4, 5] as const);
    return new PlainMachine(run, {
      port: gateway.port,
      key,
      version,
      remembers: index === 0 || run.chance(0.5),
    });
  });
  for (const machine of machines) machine.start();
  await killAgainAndAgain(run, gateway);
  const forwarded: Bringer = {
    async settle() {
      for (const { last } of machines) if (last !== undefined) await center.holds(last);
      await gateway.settle();
    },
  };
  await settle(center, [...machines, forwarded]);
}

async function killAgainAndAgain(run: TortureRun, gateway: Gateway): Promise<void> {
  for (let kill = 1; kill <= run.times(GATEWAY_KILLS); kill++) {
    await gateway.flowing(run.integer(1, 100));
    await crashConche(run, gateway);
    await startConcheUnderFire(run, gateway);
  }
  await gateway.kill(); // it may carry a kill that has not come yet
  await gateway.start();
}
