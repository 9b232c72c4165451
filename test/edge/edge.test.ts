import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Identity } from "../../src/contract/identity.ts";
import { willPayload } from "../../src/edge/message-body.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { ALARM, edgeOver, MACHINE, TS, turn } from "./edge-under-test.ts";
import { FakeBroker, identityOf } from "./fake-broker.ts";
import { MemoryOutbox } from "./memory-outbox.ts";

const TELEMETRY = { ts: TS, tags: { temp_c: 31.4 } };
const WILL = { ts: "unknown", state: "OFFLINE" } as const;
const FULL_DISK = new ConcheError("CONCHE_DISK_FULL", { message: "no room", retryable: true });

describe("handing over", () => {
  it("stamps version and identity, keeps the message, sends it live with its type's QoS and retain flag", async () => {
    const { edge, broker, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const first = await machine.publish("state", { ts: TS, state: "Execute" });
    const second = await machine.publish("telemetry", { v: 2, ...TELEMETRY });
    assert.match(first.boot, /^[0-9a-f-]{36}$/);
    assert.deepEqual([first.seq, second.seq, second.boot], [1, 2, first.boot]);
    assert.deepEqual(broker.arrived, ["state 1 qos1", "telemetry 2 qos0"]);
    const [state, telemetry] = broker.sent.map(({ message }) => message);
    assert.deepEqual(JSON.parse(String(state?.payload)), { v: 2, ...first, ts: TS, state: "Execute" });
    assert.deepEqual([state?.topic, state?.retain], [`factory/${MACHINE}/state`, true]);
    assert.equal(telemetry?.retain, false);
    assert.equal(telemetry?.contentType, "application/json");
    assert.deepEqual(telemetry?.userProperties, { schema: "telemetry/2" });
    assert.equal(outbox.kept.length, 2);
  });

  it("sends nothing before it is on disk", async () => {
    const { edge, broker, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const release = outbox.hold();
    const published = machine.publish("alarm", ALARM);
    await turn();
    assert.deepEqual(broker.arrived, []);
    release();
    await published;
    assert.deepEqual(broker.arrived, ["alarm 1 qos1"]);
  });

  it("refuses what the contract refuses, before it has a number", async () => {
    const { edge, broker } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const refused = { code: "CONCHE_MESSAGE_REFUSED" };
    await assert.rejects(machine.publish("telemetry", { ts: TS, tags: 3 } as never), {
      ...refused,
      message: "this telemetry message: /tags must be object",
    });
    await assert.rejects(machine.publish("telemetry", { ...TELEMETRY, ts: "2026-02-30T10:00:00Z" }), refused);
    await assert.rejects(machine.publish("telemetry", { ...TELEMETRY, seq: 7 } as never), refused);
    await assert.rejects(machine.publish("telemetry", { ...TELEMETRY, boot: "boot-0001" } as never), refused);
    await assert.rejects(machine.publish("telemetry", { ...TELEMETRY, v: 1 } as never), refused);
    await assert.rejects(machine.publish("telemetry", null as never), refused);
    await assert.rejects(machine.publish("alram" as never, ALARM as never), {
      ...refused,
      message: 'there is no message type "alram", did you mean alarm?',
      hint: "the types are telemetry, state, alarm, quality, batch",
    });
    await assert.rejects(machine.publish("telemetry", { ts: TS, tags: { a: 1n } } as never), refused);
    // Only its text shows these: a data center would keep them in quarantine.
    for (const by of ["a\0b", "a\ud800b", "a\udc00"]) {
      const shelved = { ts: TS, alarm_id: "temp.high", event: "acknowledged", by } as const;
      await assert.rejects(machine.publish("alarm", shelved), {
        ...refused,
        message: /^this alarm message: \/by holds (a NUL character|half a surrogate pair)/,
      });
    }
    const extra = (value: unknown) => machine.publish("telemetry", { ...TELEMETRY, extra: { value } });
    await assert.rejects(extra(2 ** 60), refused);
    await assert.rejects(extra(JSON.parse('{"__proto__":1}')), refused);
    await assert.rejects(machine.publish("weather" as never, TELEMETRY as never), refused);
    assert.equal((await machine.publish("telemetry", TELEMETRY)).seq, 1);
    assert.deepEqual(broker.arrived, ["telemetry 1 qos0"]);
  });

  it("takes what was said when it was called, whatever the caller does with the object then", async () => {
    const { edge, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    const body = { ts: TS, tags: { temp_c: 31.4 } };
    const bytes = Buffer.from("abc");
    const all = [machine.publish("telemetry", body), machine.publishRaw("telemetry", bytes)];
    body.tags.temp_c = 99;
    bytes.fill("x");
    await Promise.all(all);
    assert.match(String(outbox.kept[0]?.payload), /31\.4/);
    assert.equal(String(outbox.kept[1]?.payload), "abc");
  });

  it("writes all that came in one turn together, numbered in the order of the calls", async () => {
    const { edge, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    const identities = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0 ? machine.publish("alarm", ALARM) : machine.publish("telemetry", TELEMETRY),
      ),
    );
    assert.deepEqual(outbox.groups, [100]);
    assert.deepEqual(
      identities.map(({ seq }) => seq),
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it("leaves no gap where the disk had no room", async () => {
    const { edge, outbox, broker } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    await machine.publish("alarm", ALARM);
    outbox.appendFailures.push(FULL_DISK);
    const lost = [machine.publish("alarm", ALARM), machine.publish("telemetry", TELEMETRY)];
    for (const each of lost) await assert.rejects(each, { code: "CONCHE_DISK_FULL", retryable: true });
    assert.equal((await machine.publish("alarm", ALARM)).seq, 2);
    assert.deepEqual(broker.arrived, ["alarm 1 qos1", "alarm 2 qos1"]);
  });

  it("takes nothing more after an error of the disk, and says so once", async () => {
    const { edge, outbox, kinds } = edgeOver();
    const machine = await edge.machine(MACHINE);
    outbox.appendFailures.push(new ConcheError("CONCHE_OUTBOX_IO", { message: "fsync failed" }));
    for (let count = 0; count < 3; count++) {
      await assert.rejects(machine.publish("alarm", ALARM), { code: "CONCHE_OUTBOX_IO" });
    }
    assert.equal(outbox.groups.length, 0, "a failed fsync is not tried again");
    assert.deepEqual(
      kinds().filter((kind) => kind === "outbox-failed"),
      ["outbox-failed"],
    );
  });

  it("refuses what must not be lost when the outbox is full, and takes telemetry still", async () => {
    const { edge, broker, kinds } = edgeOver({ settings: { outboxBytes: 4_000, messageBytes: 1_000 } });
    const machine = await edge.machine(MACHINE);
    let kept: Identity | undefined;
    await assert.rejects(
      async () => {
        for (;;) kept = await machine.publish("alarm", ALARM);
      },
      { code: "CONCHE_OUTBOX_FULL", retryable: true },
    );
    await assert.rejects(machine.publish("state", { ts: TS, state: "Idle" }), { code: "CONCHE_OUTBOX_FULL" });
    await machine.publish("telemetry", TELEMETRY);
    assert.deepEqual(
      kinds().filter((kind) => kind === "outbox-full"),
      ["outbox-full"],
      "said once",
    );
    assert.ok(kept);
    broker.receipt(MACHINE, { boot: kept.boot, through: kept.seq, missing: [], quarantined: [] });
    await turn();
    await machine.publish("alarm", ALARM);
  });

  it("bounds what waits for the disk, and a single message", async () => {
    const settings = { messageBytes: 1_000, pendingBytes: 4_000 };
    const { edge, outbox } = edgeOver({ settings });
    const machine = await edge.machine(MACHINE);
    const release = outbox.hold();
    const all = Array.from({ length: 100 }, () => machine.publish("telemetry", TELEMETRY));
    const results = Promise.allSettled(all);
    release();
    const refused = (await results).filter((each) => each.status === "rejected");
    assert.ok(refused.length > 50 && refused.length < 100);
    for (const { reason } of refused) assert.equal(reason.code, "CONCHE_OUTBOX_BUSY");
    await assert.rejects(machine.publishRaw("alarm", Buffer.alloc(1_001)), {
      code: "CONCHE_MESSAGE_REFUSED",
    });
  });

  it("tells when telemetry made room for newer", async () => {
    const { edge, events } = edgeOver({ outbox: new MemoryOutbox([], 3) });
    const machine = await edge.machine(MACHINE);
    for (let count = 0; count < 5; count++) await machine.publish("telemetry", TELEMETRY);
    const dropped = events.flatMap((event) => (event.kind === "telemetry-dropped" ? event.dropped : []));
    assert.equal(
      dropped.reduce((sum, { messages }) => sum + messages, 0),
      2,
    );
    assert.equal(edge.status().waiting.telemetry.messages, 3);
  });
});

describe("raw payloads", () => {
  it("travel byte by byte, with their identity in user properties", async () => {
    const { edge, broker } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const bytes = Buffer.from([0, 255, 1]);
    const identity = await machine.publishRaw("alarm", bytes, {
      contentType: "application/x-scale",
      userProperties: { schema: "alarm/1", line: ["a", "b"] },
    });
    const [sent] = broker.sent;
    assert.deepEqual(sent?.message.payload, bytes);
    assert.deepEqual(sent?.message.userProperties, {
      schema: "alarm/1",
      line: ["a", "b"],
      boot: identity.boot,
      seq: "1",
    });
    assert.equal(sent?.message.contentType, "application/x-scale");
    await assert.rejects(machine.publishRaw("alarm", bytes, { userProperties: { seq: "9" } }), {
      code: "CONCHE_MESSAGE_REFUSED",
    });
  });

  it("keep the identity they have, come once, and are refused where another message has it", async () => {
    const { edge, broker, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const identity = { boot: "boot-of-machine", seq: 41 };
    assert.deepEqual(await machine.publishRaw("alarm", "abc", { identity }), identity);
    assert.deepEqual(await machine.publishRaw("alarm", "abc", { identity }), identity);
    await assert.rejects(machine.publishRaw("alarm", "other", { identity }), {
      code: "CONCHE_OUTBOX_CONFLICT",
    });
    await assert.rejects(machine.publishRaw("alarm", "abc", { identity: { boot: "x", seq: 0 } }), {
      code: "CONCHE_MESSAGE_REFUSED",
    });
    assert.equal(outbox.kept.length, 1);
    assert.equal(edge.status().waiting.durable.messages, 1);
    broker.receipt(MACHINE, { boot: identity.boot, through: 41, missing: [[1, 40]], quarantined: [] });
    await edge.drained();
    await machine.publishRaw("alarm", "abc", { identity });
    await edge.drained();
    assert.equal(outbox.kept.length, 0, "what the data center has needs no place in the outbox");
  });
});

describe("sending", () => {
  it("forgets on receipts and on nothing else", async () => {
    const { edge, broker, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const { boot } = await machine.publish("alarm", ALARM);
    await machine.publish("telemetry", TELEMETRY);
    await turn();
    assert.equal(edge.status().connections[0]?.inFlight, 0, "the broker has acknowledged");
    assert.equal(outbox.kept.length, 2);
    broker.receipt(MACHINE, { boot: "boot-of-another-time", through: 2, missing: [], quarantined: [] });
    broker.receipt("tunis-01/line-a/s5_tempering/temper-02" as never, {
      boot,
      through: 2,
      missing: [],
      quarantined: [],
    });
    broker.down(`datacenter/${MACHINE}/receipt`, "no receipt at all");
    broker.down(`datacenter/${MACHINE}/receipt`, '{"boot":1}');
    await turn();
    assert.equal(outbox.kept.length, 2);
    let drained = false;
    const done = edge.drained().then(() => {
      drained = true;
    });
    broker.receipt(MACHINE, { boot, through: 1, missing: [], quarantined: [] });
    await turn();
    assert.deepEqual([outbox.kept.length, drained], [1, false]);
    broker.receipt(MACHINE, { boot, through: 2, missing: [], quarantined: [2] });
    await done;
    assert.equal(outbox.kept.length, 0);
  });

  it("keeps what is said without a connection, and sends it in order afterwards, telemetry at QoS 1 too", async () => {
    const broker = new FakeBroker();
    broker.reachable = false;
    const { edge, clock, kinds } = edgeOver({ broker });
    const machine = await edge.machine(MACHINE);
    await turn();
    for (let count = 0; count < 2; count++) {
      await machine.publish("alarm", ALARM);
      await machine.publish("telemetry", TELEMETRY);
    }
    assert.deepEqual(broker.arrived, []);
    broker.reachable = true;
    await clock.pass(1_000);
    assert.deepEqual(broker.arrived, [
      "alarm 1 qos1 refill",
      "telemetry 2 qos1 refill",
      "alarm 3 qos1 refill",
      "telemetry 4 qos1 refill",
    ]);
    await machine.publish("telemetry", TELEMETRY);
    assert.equal(broker.arrived.at(-1), "telemetry 5 qos0", "caught up: live again");
    assert.deepEqual(kinds(), ["disconnected", "connected", "receipts-unverified"]);
  });

  it("keeps to the broker's window, and loses nobody's turn over it", async () => {
    const broker = new FakeBroker();
    broker.receiveMaximum = 2;
    broker.answers = undefined;
    const { edge } = edgeOver({ broker });
    const machine = await edge.machine(MACHINE);
    await turn();
    await Promise.all(Array.from({ length: 5 }, () => machine.publish("alarm", ALARM)));
    await machine.publish("telemetry", TELEMETRY);
    assert.deepEqual(broker.arrived, ["alarm 1 qos1", "alarm 2 qos1"]);
    for (let answered = 0; answered < 5; answered++) {
      broker.sent[answered]?.answer({ kind: "taken" });
      await turn();
    }
    assert.deepEqual(broker.arrived.slice(2), [
      "alarm 3 qos1",
      "alarm 4 qos1",
      "alarm 5 qos1",
      "telemetry 6 qos0",
    ]);
  });

  it("lets nothing new overtake what waits", async () => {
    const broker = new FakeBroker();
    broker.reachable = false;
    broker.receiveMaximum = 2;
    broker.answers = undefined;
    const { edge, clock } = edgeOver({ broker });
    const machine = await edge.machine(MACHINE);
    await turn();
    for (let count = 0; count < 4; count++) await machine.publish("alarm", ALARM);
    broker.reachable = true;
    await clock.pass(1_000);
    await machine.publish("telemetry", TELEMETRY);
    assert.deepEqual(broker.arrived, ["alarm 1 qos1 refill", "alarm 2 qos1 refill"]);
    for (let answered = 0; answered < 5; answered++) {
      broker.sent[answered]?.answer({ kind: "taken" });
      await turn();
    }
    const seqs = broker.sent.map(({ message }) => identityOf(message).seq);
    assert.deepEqual(seqs, [1, 2, 3, 4, 5]);
  });

  it("doesn't begin all over when the connection breaks in the middle of catching up", async () => {
    const broker = new FakeBroker();
    broker.reachable = false;
    const { edge, clock } = edgeOver({ broker });
    const machine = await edge.machine(MACHINE);
    await turn();
    await Promise.all(Array.from({ length: 300 }, () => machine.publish("alarm", ALARM)));
    broker.reachable = true;
    broker.room = 200;
    await clock.pass(1_000);
    assert.equal(broker.sent.length, 200);
    broker.cut();
    broker.room = Number.POSITIVE_INFINITY;
    await clock.pass(1_000);
    const again = broker.sent.slice(200).map(({ message }) => identityOf(message).seq);
    const range = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index);
    assert.deepEqual(
      again,
      [...range(1, 64), ...range(201, 300)],
      "a first portion of what was sent, and the rest",
    );
  });

  it("stays with its boot as long as receipts keep coming", async () => {
    const { edge, broker } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const boots = new Set<string>();
    for (let count = 0; count < 500; count++) {
      await machine.publish("telemetry", TELEMETRY);
      const { boot, seq } = await machine.publish("alarm", ALARM);
      boots.add(boot);
      broker.receipt(MACHINE, { boot, through: seq, missing: [], quarantined: [] });
    }
    assert.equal(boots.size, 1);
  });

  it("stops when the socket takes no more, holds a bounded part in memory, and goes on from the outbox", async () => {
    const broker = new FakeBroker();
    const { edge } = edgeOver({ broker });
    const machine = await edge.machine(MACHINE);
    await turn();
    broker.room = 1;
    const all = Array.from({ length: 3_000 }, () => machine.publish("telemetry", TELEMETRY));
    await Promise.all(all);
    assert.deepEqual(broker.arrived, ["telemetry 1 qos0"]);
    broker.relieve();
    await turn();
    const seqs = broker.sent.map(({ message }) => identityOf(message).seq);
    assert.deepEqual(
      seqs,
      Array.from({ length: 3_000 }, (_, index) => index + 1),
    );
    const live = broker.sent.filter(({ message }) => message.qos === 0).length;
    assert.equal(live, 1_024, "these were held in memory, the rest was read back");
    assert.deepEqual([edge.status().sentLive, edge.status().sentFromOutbox], [1_024, 1_976]);
  });

  it("sends again what got no answer before the connection broke", async () => {
    const { edge, broker, clock } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    broker.answers = undefined;
    await machine.publish("alarm", ALARM);
    broker.cut();
    broker.answers = { kind: "taken" };
    await clock.pass(1_000);
    assert.deepEqual(broker.arrived, ["alarm 1 qos1", "alarm 1 qos1 refill"]);
  });

  it("sends again what the broker acknowledged and lost, when no receipt comes", async () => {
    const { edge, broker, clock } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const { boot } = await machine.publish("alarm", ALARM);
    await clock.pass(9_000);
    assert.equal(broker.sent.length, 1);
    await clock.pass(1_500);
    assert.deepEqual(broker.arrived, ["alarm 1 qos1", "alarm 1 qos1 refill"]);
    broker.receipt(MACHINE, { boot, through: 1, missing: [], quarantined: [] });
    await clock.pass(600_000);
    assert.equal(broker.sent.length, 2, "quiet when there is nothing to say");
  });

  it("counts what nobody hears, tells what the broker refuses, and keeps both", async () => {
    const { edge, broker, outbox, events } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    broker.answers = { kind: "no-subscriber" };
    await machine.publish("alarm", ALARM);
    broker.answers = {
      kind: "refused",
      error: new ConcheError("CONCHE_BROKER_REFUSED", { message: "0x87" }),
    };
    const { boot } = await machine.publish("alarm", ALARM);
    await turn();
    const { unheard, refused } = edge.status();
    assert.deepEqual([unheard, refused], [1, 1]);
    const [event] = events.filter(({ kind }) => kind === "refused");
    assert.deepEqual(event?.kind === "refused" && [event.publisher.boot, event.seq, event.type], [
      boot,
      2,
      "alarm",
    ]);
    assert.equal(outbox.kept.length, 2);
  });

  it("closes the gap that a receipt shows, and says what nobody has any more", async () => {
    const { edge, broker, clock, events } = edgeOver({ outbox: new MemoryOutbox([], 2) });
    const machine = await edge.machine(MACHINE);
    await turn();
    let boot = "";
    for (let count = 0; count < 4; count++) boot = (await machine.publish("telemetry", TELEMETRY)).boot;
    await clock.pass(2_000);
    broker.receipt(MACHINE, { boot, through: 4, missing: [[2, 3]], quarantined: [] });
    await turn();
    assert.deepEqual(broker.arrived.slice(4), ["telemetry 3 qos1 refill"]);
    const lost = events.filter((event) => event.kind === "lost");
    assert.deepEqual(
      lost.map(({ ranges }) => ranges),
      [[[2, 2]]],
    );
    broker.receipt(MACHINE, { boot, through: 4, missing: [[2, 2]], quarantined: [] });
    await edge.drained();
    assert.equal(events.filter((event) => event.kind === "lost").length, 1);
  });

  it("tells what went into quarantine, and receipts that can't be", async () => {
    const { edge, broker, events } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const { boot } = await machine.publish("alarm", ALARM);
    broker.receipt(MACHINE, { boot, through: 2, missing: [], quarantined: [] });
    broker.receipt(MACHINE, { boot, through: 1, missing: [], quarantined: [1] });
    broker.receipt(MACHINE, { boot, through: 0, missing: [], quarantined: [] });
    const told = events.map((event) => (event.kind === "quarantined" ? event.seqs : event.kind));
    assert.deepEqual(told, ["connected", "receipts-unverified", "receipt-ignored", [1], "receipt-ignored"]);
    await edge.drained();
  });

  it("brings what an earlier process left, under its old identity, before anything new", async () => {
    const first = edgeOver({ broker: new FakeBroker() });
    first.broker.reachable = false;
    const before = await first.edge.machine(MACHINE);
    const { boot } = await before.publish("alarm", ALARM);
    await before.publish("telemetry", TELEMETRY);
    const { edge, broker, outbox } = edgeOver({ outbox: new MemoryOutbox(first.outbox.kept) });
    assert.deepEqual(
      edge.status().machines.map(({ machine, open }) => [machine, open]),
      [[MACHINE, false]],
    );
    const machine = await edge.machine(MACHINE);
    await machine.publish("alarm", ALARM);
    await turn();
    assert.deepEqual(
      broker.sent.map(({ message }) => [identityOf(message).boot === boot, identityOf(message).seq]),
      [
        [true, 1],
        [true, 2],
        [false, 1],
      ],
    );
    broker.receipt(MACHINE, { boot, through: 2, missing: [], quarantined: [] });
    await turn();
    assert.equal(outbox.kept.length, 1);
  });

  it("tries the deletion again that a full disk has refused", async () => {
    const { edge, broker, clock, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const { boot } = await machine.publish("alarm", ALARM);
    outbox.deleteFailures.push(FULL_DISK, FULL_DISK);
    broker.receipt(MACHINE, { boot, through: 1, missing: [], quarantined: [] });
    await clock.pass(4_000);
    await edge.drained();
    assert.equal(outbox.kept.length, 0);
  });
});

describe("states and wills", () => {
  it("says the last state again after a lost connection, because the will may be out", async () => {
    const { edge, broker, clock } = edgeOver();
    const machine = await edge.machine(MACHINE, { will: WILL });
    await turn();
    const [connection] = broker.connections;
    assert.deepEqual(connection?.request.will, {
      topic: `factory/${MACHINE}/state`,
      payload: willPayload(WILL),
      qos: 1,
      retain: true,
      contentType: "application/json",
      userProperties: { schema: "state/2" },
    });
    await machine.publish("state", { ts: TS, state: "Idle" });
    const { boot } = await machine.publish("state", { ts: TS, state: "Execute" });
    broker.receipt(MACHINE, { boot, through: 2, missing: [], quarantined: [] });
    broker.cut();
    await clock.pass(1_000);
    const last = broker.sent.at(-1)?.message;
    assert.deepEqual(JSON.parse(String(last?.payload)), { v: 2, boot, seq: 3, ts: TS, state: "Execute" });
    assert.equal(last?.retain, true);
  });

  it("doesn't let an old state become the retained one again", async () => {
    const { edge, broker, clock } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    await machine.publish("state", { ts: TS, state: "Idle" });
    await machine.publish("state", { ts: TS, state: "Execute" });
    await clock.pass(11_000);
    assert.deepEqual(
      broker.sent.map(({ message }) => [identityOf(message).seq, message.retain]),
      [
        [1, true],
        [2, true],
        [1, false],
        [2, true],
      ],
    );
  });

  it("refuses a will that the contract refuses", async () => {
    const { edge } = edgeOver();
    const refused = { code: "CONCHE_MESSAGE_REFUSED" };
    await assert.rejects(edge.machine(MACHINE, { will: { ts: "unknown", state: "Execute" } }), refused);
    await edge.machine(MACHINE, { will: WILL });
  });
});

describe("an edge", () => {
  it("speaks for many machines over one connection, what was left behind included", async () => {
    const left = edgeOver();
    left.broker.reachable = false;
    await (await left.edge.machine("tunis-01/line-a/s2_mixing/mixer-02")).publish("alarm", ALARM);
    const gateway = "tunis-01/line-a/s0_edge/edge-gw-01";
    const { edge, broker } = edgeOver({
      outbox: new MemoryOutbox(left.outbox.kept),
      settings: { connection: { kind: "shared", clientId: "gw", will: { machine: gateway, state: WILL } } },
    });
    await turn();
    assert.deepEqual(broker.arrived, ["alarm 1 qos1 refill"]);
    const machine = await edge.machine(MACHINE);
    await machine.publish("alarm", ALARM);
    assert.equal(broker.connections.length, 1);
    assert.equal(broker.connections[0]?.request.will?.topic, `factory/${gateway}/state`);
    assert.ok(broker.connections[0]?.filters.includes(`datacenter/${MACHINE}/receipt`));
    assert.equal(broker.sent.length, 2);
    await assert.rejects(edge.machine(gateway, { will: WILL }), { code: "CONCHE_USAGE" });
  });

  it("hands commands on, and survives a listener that throws", async (t) => {
    const { edge, broker } = edgeOver();
    const machine = await edge.machine(MACHINE);
    const thrown: unknown[] = [];
    const caught = t.mock.method(process, "emit", (name: string, error: unknown) => {
      if (name === "uncaughtException") thrown.push(error);
      return true;
    });
    const commands: string[] = [];
    machine.onCommand(() => {
      throw new Error("a user's mistake");
    });
    const end = machine.onCommand(({ command }) => commands.push(command));
    await turn();
    const command = { command_id: "c-1", command: "hold", at: TS, by: "a.trabelsi" };
    broker.command(MACHINE, command);
    end();
    broker.command(MACHINE, command);
    await turn();
    caught.mock.restore();
    assert.deepEqual(commands, ["hold"]);
    assert.equal(thrown.length, 2);
  });

  it("knows a machine by its address, and refuses what is none", async () => {
    const { edge } = edgeOver();
    const machine = await edge.machine(MACHINE);
    assert.equal(machine.key, MACHINE);
    assert.equal(await edge.machine(machine.address), machine);
    const boots: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) {
      const other = await edge.machine(`tunis-01/line-a/s2_mixing/mixer-${name}`);
      boots.push((await other.publish("alarm", ALARM)).boot);
    }
    assert.deepEqual(
      boots,
      boots.toSorted(),
      "a later boot sorts after an earlier one, in one millisecond too",
    );
    for (const wrong of ["", "tunis-01", `${MACHINE}/x`, "Tunis/line-a/s5_tempering/temper-01"]) {
      await assert.rejects(edge.machine(wrong), { code: "CONCHE_USAGE" }, wrong);
    }
  });

  it("waits longer from attempt to attempt, and begins anew when a connection has held", async () => {
    const { edge, broker, clock, events } = edgeOver();
    broker.reachable = false;
    await edge.machine(MACHINE);
    await clock.pass(20_000);
    const pauses = () => events.flatMap((event) => (event.kind === "disconnected" ? [event.retryInMs] : []));
    assert.deepEqual(pauses().slice(0, 6), [250, 500, 1_000, 2_000, 4_000, 8_000]);
    broker.reachable = true;
    await clock.pass(30_000);
    broker.cut();
    assert.equal(pauses().at(-1), 250);
  });

  it("puts everything on disk before it closes, and takes nothing afterwards", async () => {
    const { edge, broker, outbox } = edgeOver();
    const machine = await edge.machine(MACHINE);
    await turn();
    const published = machine.publish("alarm", ALARM);
    await edge.close();
    await published;
    assert.equal(outbox.kept.length, 1);
    assert.ok(outbox.closed);
    assert.equal(broker.live.length, 0);
    await assert.rejects(machine.publish("alarm", ALARM), { code: "CONCHE_EDGE_CLOSED" });
    await assert.rejects(edge.machine(MACHINE), { code: "CONCHE_EDGE_CLOSED" });
  });

  it("names everything that is wrong with its settings at once", () => {
    const settings = { window: 0, outboxBytes: 1, receiptTimeoutMs: Number.NaN };
    assert.throws(
      () => edgeOver({ settings }),
      (error: ConcheError) => {
        assert.equal(error.code, "CONCHE_CONFIG_INVALID");
        for (const name of Object.keys(settings)) assert.match(error.message, new RegExp(name));
        return true;
      },
    );
  });
});
