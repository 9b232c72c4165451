import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FailedLogins } from "../../src/access/failed-logins.ts";
import { EmbeddedBroker } from "../../src/adapters/broker/embedded-broker.ts";
import { PublisherLedger } from "../../src/adapters/prometheus/publisher-ledger.ts";
import { RunTally } from "../../src/adapters/terminal/run-tally.ts";
import { RetainedMessages } from "../../src/broker/retained-messages.ts";
import { SessionChanges } from "../../src/broker/session-changes.ts";
import { SessionRegistry } from "../../src/broker/session-registry.ts";
import { SubscriptionIndex } from "../../src/broker/subscription-index.ts";
import { SettledTransfers } from "../../src/edge/forwarding/settled-transfers.ts";
import { DataCenter } from "../../src/ingest/data-center.ts";
import type { CommittedGroup, IngestObserver } from "../../src/ingest/observer.ts";
import type { CommitGroup } from "../../src/log/message-log.ts";
import type { Delivery, MessageSink } from "../../src/mqtt/delivery.ts";
import { TopicFilterTree } from "../../src/mqtt/topic-filter-tree.ts";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { messageOf } from "../broker/messages.ts";
import { telemetry } from "../ingest/delivered.ts";
import { liveHeap } from "../live-heap.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";
import { afterwards } from "../servers/afterwards.ts";
import { START_MS, simulation } from "../simulator/simulated-line.ts";

/**
 * Operations of each case, done twice: fewer here than anything needs to show, so that every run of the tests has time
 * for it. CONCHE_TEST_OPERATIONS=1000000 is the whole.
 */
const OPERATIONS = Number(process.env.CONCHE_TEST_OPERATIONS ?? 200_000);
const HOUR_MS = 3_600_000;

/** What may be left, bytes, however many operations: an object of each of 200,000 would be 10 MB. */
const LEFT = 3_000_000;

/** Does the work once for everything that is filled and compiled the first time, then again, and compares. */
async function leavesNothing(work: (round: number) => void | Promise<void>): Promise<void> {
  await work(0);
  const before = await liveHeap();
  await work(1);
  const left = (await liveHeap()) - before;
  assert.ok(left < LEFT, `${left} bytes are left`);
}

/** Keeps nothing of what is committed, as a disk does not keep it in memory. */
class ForgetfulLog extends MemoryMessageLog {
  override async commit(group: CommitGroup) {
    const position = await super.commit(group);
    for (const list of [this.messages, this.quarantined, this.groups]) list.length = 0;
    return position;
  }
}

suite(`what ${OPERATIONS} operations leave behind`, {
  timeout: 900_000 * Math.max(1, OPERATIONS / 200_000),
}, () => {
  test("a data center: messages of ever new boots, their receipts, metrics and console", async () => {
    let sink: MessageSink | undefined;
    const delivery: Delivery = {
      start: async (given) => {
        sink = given;
      },
      status: () => ({ ready: true, detail: "" }),
      publish: async () => {},
      pause: async () => {},
      stop: async () => {},
    };
    const ledger = new PublisherLedger(() => true);
    const tally = new RunTally();
    const observer: IngestObserver = {
      committed: (group: CommittedGroup) => {
        ledger.take(group.sequences);
        tally.add(group);
      },
      commitFailed: () => {},
    };
    const center = await DataCenter.start({
      log: new ForgetfulLog(),
      delivery,
      observer,
      knowsMachine: () => true,
      now: Date.now,
      onFatal: (error) => assert.fail(error),
    });
    await leavesNothing(async (round) => {
      const boot = (number: number) => `0198c5f2-0000-7000-8000-${String(number).padStart(12, "0")}`;
      for (let at = 0; at < OPERATIONS; at++) {
        const seq = Math.floor(at / 100) + 1 + round * OPERATIONS;
        sink?.accept(telemetry(seq, 31.4, boot(at % 100)), () => {});
        if (at % 8_000 === 0) await center.ingester.drain();
      }
      await center.ingester.drain();
    });
    await center.stop();
  });

  test("the embedded broker's books: subscriptions, sessions, retained messages, windows, logins", async () => {
    const tree = new TopicFilterTree<object>();
    const index = new SubscriptionIndex();
    const losses = { queueOverflow: () => {}, sessionEnded: () => {}, ended: () => {} };
    const limits = { sessions: 100, queuedMessages: 50, queuedBytes: 1_000_000, sentBytes: 100_000 };
    const sessions = new SessionRegistry(limits, index, new SessionChanges(false), losses);
    const retained = new RetainedMessages({ retainedMessages: 1_000, retainedBytes: 1_000_000 }, () => {});
    const logins = new FailedLogins(10);
    await leavesNothing((round) => {
      for (let at = 0; at < OPERATIONS; at++) {
        const name = `${round}-${at}`;
        const value = {};
        tree.add(`factory/${name}/+/#`, value);
        tree.match(`factory/${name}/a/b`);
        tree.remove(`factory/${name}/+/#`, value);
        const session = sessions.create(`client-${name}`, undefined, "");
        sessions.setExpiry(session, 10);
        const subscription = {
          session,
          filter: `a/${name}`,
          matched: `a/${name}`,
          group: at % 2 === 0 ? undefined : `g-${name}`,
          qos: 1,
          noLocal: false,
          retainAsPublished: false,
          identifier: 0,
        } as const;
        session.subscriptions.set(subscription.filter, subscription);
        index.add(subscription);
        const message = messageOf(`a/${name}`, name);
        for (const recipient of index.recipients(message.topic, "")) {
          const { identifiers: subscriptionIdentifiers } = recipient;
          const flight = { message, qos: 1, retain: false, subscriptionIdentifiers, packetId: 0 } as const;
          sessions.enqueue(recipient.session, { ...flight, released: false });
        }
        if (at % 3 === 0) sessions.complete(session, sessions.send(session, 10)?.packetId ?? 0);
        session.awaySince = at;
        retained.store(message);
        if (at % 2 === 0) retained.store(messageOf(message.topic, ""));
        logins.failed(`10.0.${at % 65_536}`, "machine", at);
      }
    });
  });

  test("the embedded broker: connections that come, subscribe, publish and go", async (t) => {
    const broker = new EmbeddedBroker({ port: 0, limits: { lingerMs: 50, sweepMs: 20 } });
    await broker.start({
      accept: (message, settle) => setImmediate(() => settle(undefined, message)),
      saturated: false,
      onRelief: (resume) => resume(),
    });
    afterwards(t, () => broker.stop());
    const { port } = broker;
    // Each takes a port of this machine for a minute.
    const connections = Math.min(3_000, OPERATIONS / 600);
    await leavesNothing(async (round) => {
      for (let at = 0; at < connections; at++) {
        const client = await RawClient.connected(port, at % 2 === 0 ? 5 : 4, `client-${round}-${at}`);
        client.subscribe(1, [`a/${round}/${at}/#`, 1]);
        await client.expect("suback");
        client.publish(`a/${round}/${at}/x`, "{}", 1, 1);
        await client.next(); // its own message and the PUBACK, in either order
        await client.next();
        if (at % 3 === 0) client.cut();
        else client.send({ cmd: "disconnect", reasonCode: 0 });
        await client.closed;
      }
    });
  });

  test("a forwarder's memory of transfers", async () => {
    const transfers = new SettledTransfers();
    await leavesNothing((round) => {
      for (let at = 0; at < OPERATIONS; at++) {
        transfers.add({
          sender: `machine-${at % 300}-${round}`,
          packetId: (at % 65_535) + 1,
          digest: `${at}`,
        });
      }
      for (let number = 0; number < 300; number++) transfers.endSender(`machine-${number}-${round}`);
    });
  });

  test("a simulated line: hours after the first", async () => {
    const line = simulation();
    let hour = 0;
    await leavesNothing(() => {
      for (let said = 0; said < OPERATIONS / 4; ) said += line.advance(START_MS + ++hour * HOUR_MS).length;
    });
  });
});
