import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { downTopics } from "../../../src/edge/down-message.ts";
import { Edge } from "../../../src/edge/edge.ts";
import type { EdgeSettings } from "../../../src/edge/edge-options.ts";
import { Forwarder, type ForwarderEvent } from "../../../src/edge/forwarding/forwarder.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import type { DeliveredMessage } from "../../../src/mqtt/delivery.ts";
import { ManualClock, turn } from "../../time/manual-clock.ts";
import { MACHINE, TS } from "../edge-under-test.ts";
import { FakeBroker } from "../fake-broker.ts";
import { MemoryOutbox } from "../memory-outbox.ts";
import { GATEWAY, HOP, local, OTHER_BOOT } from "./local.ts";

/** A forwarder over a disk, a cloud broker and a clock that are the test's. */
function forwarding(outbox = new MemoryOutbox(), settings: Partial<EdgeSettings> = {}) {
  const cloud = new FakeBroker();
  const clock = new ManualClock();
  const edge = new Edge({
    outbox,
    openLink: cloud.open,
    clock,
    wallClock: () => Date.parse(TS),
    randomBytes,
    random: () => 0.5,
    settings: { connection: { kind: "shared", clientId: "bridge" }, ...settings },
    relay: { filters: downTopics, received: () => {} },
  });
  const events: ForwarderEvent[] = [];
  const forwarder = new Forwarder({
    hop: HOP,
    gateway: GATEWAY,
    edge,
    wallClock: () => 0,
    clock,
    transfers: outbox.memory.transfers,
    onEvent: (event) => events.push(event),
  });
  /** What the local broker was told, in its order. */
  const settled: string[] = [];
  const come = (message: DeliveredMessage) =>
    forwarder.accept(message, (error, { payload }) =>
      settled.push(`${Buffer.from(payload).toString()} ${error?.code ?? "kept"}`),
    );
  return { outbox, cloud, clock, edge, events, forwarder, settled, come };
}

const event = (name: string, more: Partial<DeliveredMessage> = {}) =>
  local({ topic: `factory/${MACHINE}/alarm`, retain: false, payload: name, ...more });
const transfer = (packetId: number, repeated = false) => ({
  transfer: { sender: "", packetId, repeated },
});

describe("Forwarder", () => {
  it("answers when the outbox has it on disk and not before, and gives numbers in the order it came", async () => {
    const { outbox, cloud, forwarder, settled, come } = forwarding();
    const release = outbox.hold();
    for (const name of ["a", "b", "c"]) come(event(name));
    await turn();
    assert.deepEqual(settled, []);
    assert.equal(forwarder.unsettled, 3);
    release();
    await forwarder.drained();
    assert.deepEqual(settled, ["a kept", "b kept", "c kept"]);
    assert.deepEqual(
      outbox.kept.map(({ seq, payload }) => [seq, Buffer.from(payload).toString()]),
      [
        [1, "a"],
        [2, "b"],
        [3, "c"],
      ],
    );
    await turn();
    assert.deepEqual(cloud.arrived, ["alarm 1 qos1", "alarm 2 qos1", "alarm 3 qos1"]);
    assert.equal(outbox.kept.length, 3, "a PUBACK from above is no receipt");
  });

  it("knows a repetition whose PUBACK got lost, in this process and in the next one on the same disk", async () => {
    const first = forwarding();
    first.come(event("a", transfer(7)));
    first.come(event("a", transfer(7, true)));
    await first.forwarder.drained();
    await turn();
    assert.deepEqual(first.settled, ["a kept", "a kept"]);
    assert.equal(first.outbox.kept.length, 1);
    const next = forwarding(first.outbox.reopened());
    next.come(event("a", transfer(7, true)));
    next.come(event("b", transfer(8, true)));
    await next.forwarder.drained();
    assert.deepEqual(
      next.outbox.kept.map(({ payload }) => Buffer.from(payload).toString()),
      ["a", "b"],
      "what never arrived is taken, repeated or not",
    );
    assert.equal(next.forwarder.counts.repeated, 1);
    next.forwarder.endSender("");
    next.come(event("a", transfer(7, true)));
    await next.forwarder.drained();
    assert.equal(next.outbox.kept.length, 3, "in a new session nothing is a repetition of the old one");
  });

  it("knows a retained state that is said again to its subscription, and takes one it has missed", async () => {
    const { outbox, forwarder, come, settled } = forwarding();
    come(local({ payload: "{}" }));
    await forwarder.drained();
    come(local({ payload: "{}", mayBeReplay: true }));
    assert.equal(forwarder.counts.replayed, 1);
    come(local({ payload: '{"a":1}', mayBeReplay: true }));
    await forwarder.drained();
    assert.equal(outbox.kept.length, 2);
    assert.equal(settled.length, 3);
  });

  it("stops reading while the outbox is full, and goes on in order when there is room", async () => {
    const { cloud, clock, forwarder, settled, come } = forwarding(new MemoryOutbox(), {
      outboxBytes: 1_048_576,
      messageBytes: 262_144,
    });
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
      come(event(`${name}${" ".repeat(200_000)}`));
      await turn();
    }
    assert.equal(forwarder.saturated, true);
    assert.equal(forwarder.hindrance?.code, "CONCHE_OUTBOX_FULL");
    const before = settled.length;
    assert.ok(before < 8);
    let resumed = 0;
    forwarder.onRelief(() => resumed++);
    await clock.pass(1_000);
    assert.equal(resumed, 0);
    const boot = String(cloud.sent[0]?.message.userProperties?.boot);
    for (let round = 0; settled.length < 8 && round < 20; round++) {
      cloud.receipt(MACHINE, { boot, through: settled.length, missing: [], quarantined: [] });
      await clock.pass(1_000);
    }
    assert.equal(settled.map((each) => each[0]).join(""), "abcdefgh");
    assert.equal(resumed, 1);
    assert.equal(forwarder.hindrance, undefined);
  });

  it("gives a number of its own to a message whose number is held with other bytes", async () => {
    const { outbox, forwarder, come, settled } = forwarding();
    const userProperties = { boot: OTHER_BOOT, seq: "1" };
    come(event("a", { properties: { userProperties } }));
    come(event("b", { properties: { userProperties } }));
    await turn();
    await forwarder.drained();
    assert.deepEqual(settled, ["a kept", "b kept"]);
    assert.equal(forwarder.counts.conflicts, 1);
    assert.deepEqual(
      outbox.kept.map(({ publisher }) => publisher.boot === OTHER_BOOT),
      [true, false],
    );
  });

  it("acknowledges and reports a loop, and keeps nothing of it", async () => {
    const { outbox, forwarder, come, events, settled } = forwarding();
    come(event("a", { properties: { userProperties: { via: HOP } } }));
    await turn();
    assert.deepEqual(settled, ["a kept"]);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["looped"],
    );
    assert.deepEqual([outbox.kept.length, forwarder.counts.looped], [0, 1]);
  });

  it("a disk that has no room now is asked again; one that has failed ends it, and nothing is acknowledged", async () => {
    const { outbox, clock, forwarder, come, events, settled } = forwarding();
    outbox.appendFailures.push(new ConcheError("CONCHE_DISK_FULL", { message: "full", retryable: true }));
    come(event("a"));
    await turn();
    assert.equal(forwarder.hindrance?.code, "CONCHE_DISK_FULL");
    await clock.pass(1_000);
    assert.deepEqual(settled, ["a kept"]);
    outbox.appendFailures.push(new ConcheError("CONCHE_OUTBOX_IO", { message: "broken" }));
    come(event("b"));
    await turn();
    come(event("c"));
    await turn();
    assert.deepEqual(settled, ["a kept", "b CONCHE_OUTBOX_IO", "c CONCHE_OUTBOX_IO"]);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["failed"],
    );
  });

  it("says every machine's last state again after each connect, under its old number", async () => {
    const { cloud, clock, forwarder, come } = forwarding();
    come(local({ payload: "{}" }));
    await forwarder.drained();
    await turn();
    const boot = String(cloud.sent[0]?.message.userProperties?.boot);
    cloud.receipt(MACHINE, { boot, through: 1, missing: [], quarantined: [] });
    await turn();
    cloud.cut();
    await clock.pass(60_000);
    const [first, again] = cloud.sent.map(({ message }) => message);
    assert.deepEqual(cloud.arrived, ["state 1 qos1", "state 1 qos1 refill"]);
    assert.deepEqual([first?.retain, again?.retain], [true, true]);
    assert.deepEqual(again?.payload, first?.payload);
  });
});
